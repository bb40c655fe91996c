import { cloudConfig } from "./linux/index.ts";
import { setupProblems, sizeProblems } from "./problems.ts";
import type { MachineSetup } from "./setup.ts";
import { powershell } from "./windows/index.ts";

/**
 * The user data of one pool of machines, as plain text: cloud-init's for Linux, EC2Launch's for Windows.
 *
 * Nothing in it is secret, and nothing of a secret decides it, so a rotated secret changes no machine.
 * @throws where `userDataProblems` finds any, with all of them
 */
export function userData(setup: MachineSetup): string {
  const { text, problems } = make(setup);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return text;
}

/** Why there can be no user data for a setup, everything at once, in words for those who wrote it. */
export const userDataProblems = (setup: MachineSetup): readonly string[] => make(setup).problems;

interface Made {
  readonly text: string;
  readonly problems: readonly string[];
}

/** All pools of one role and system have the same, and there may be hundreds: one takes a millisecond or more. */
const made = new Map<string, Made>();

function make(setup: MachineSetup): Made {
  const key = JSON.stringify(setup);
  const known = made.get(key) ?? makeAnew(setup);
  made.set(key, known);
  return known;
}

function makeAnew(setup: MachineSetup): Made {
  const problems = setupProblems(setup);
  if (problems.length > 0) return { text: "", problems };
  const text =
    setup.family === "windows" ? powershell(setup) : cloudConfig({ ...setup, family: setup.family });
  return { text, problems: sizeProblems(setup, text) };
}
