import { rename, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { parseStackFile, readStackFile, stackFileUrl, type StackFile } from "../../stacks/config/file.ts";
import { runCommand } from "./command.ts";
import { ec2Of, forPeople } from "./images/cloud.ts";
import { lookUp } from "./images/lookUp.ts";
import { describeImage } from "./images/print.ts";
import { withImage } from "./images/write.ts";

const command = new Command("scripts/images")
  .description(
    "Looks up newer machine images in AWS than those that an environment's stack file pins, by their name and owner.",
  )
  .argument("<environment>", "the environment of stacks/Pulumi.<environment>.yaml")
  .option("--write", "pin the newest ones in the stack file")
  .action(async (name: string, { write }: { readonly write?: true }) => {
    const file = await readStackFile(name);
    const { aws } = parseStackFile(file);
    if (aws === undefined)
      throw new Error(
        `${file.path} has no section for AWS; write bulkhead:aws with images.linux, such as { id: ami-0123456789abcdef0 }`,
      );
    const ec2 = ec2Of(aws.region);
    let result: StackFile = file;
    for (const os of ["linux", "windows"] as const) {
      const image = aws.images[os];
      if (image === undefined) continue;
      const found = await lookUp(ec2, image).catch((error: unknown) => {
        throw forPeople(error);
      });
      console.log(describeImage(os, image, found, new Date()).join("\n"));
      const newest = found.newer?.[0];
      if (write === true && newest !== undefined) result = withImage(result, os, newest.id);
    }
    ec2.destroy();
    if (write !== true) return;
    if (result.text === file.text) {
      console.log(`${file.path} stays as it is.`);
      return;
    }
    const url = stackFileUrl(name);
    const part = new URL(`${url.href}.part`);
    await writeFile(part, result.text);
    await rename(part, url);
    console.log(`${file.path} has the newest now. A machine gets it by being made anew:`);
    console.log(`  git diff ${file.path}`);
    console.log(`  scripts/roll ${name}`);
  });

await runCommand(command);
