export type { JoinSecret, MachineSetup } from "./setup.ts";
export { userData, userDataProblems } from "./userData.ts";
export { userDataLimit } from "./problems.ts";
