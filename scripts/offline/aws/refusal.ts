import { variable } from "./simulation.ts";

// What the stand-in says of itself.

const official = (version: string): string => `pulumi plugin install resource aws ${version}`;

/** One line for each run. */
export const about = (version: string): string =>
  `the plan-only stand-in for the plugin aws ${version} is in use: it checks inputs and asks nothing of AWS. ` +
  `The official one: ${official(version)}`;

/** As `about`, so that nobody takes a simulated cloud for AWS. */
export const aboutSimulated = (version: string, url: string): string =>
  `the stand-in for the plugin aws ${version} is in use, with the simulated cloud at ${url}: nothing is made in AWS. ` +
  `Unset ${variable} to plan only.`;

export const refusal = (what: string, version: string): string =>
  `the plan-only stand-in for the plugin aws ${version} cannot ${what} anything in AWS: ` +
  "it checks inputs and shows what a preview can know, without credentials. " +
  "To go on, install the official plugin, load scripts/env anew and run this again:\n" +
  `    ${official(version)}\n` +
  `To try it without AWS, name a simulated cloud in ${variable} (scripts/offline/aws/README.md).`;

export const noAnswer = (token: string, version: string): string =>
  `${token} asks AWS, which the stand-in for the plugin aws does not do: write the value into the configuration, ` +
  `or install the official plugin: ${official(version)}`;
