import { examineMachine } from "../../../components/lab/linux/doctor.ts";
import { explain, missing, neededFor } from "../../toolchain/machine.ts";

/** Says of each thing that a lab needs whether it is here, and what to do where it is not. */
export async function examine(): Promise<void> {
  const programs = neededFor("lab");
  const gone = missing(programs, process.env);
  const findings = [
    {
      what: `programs ${programs.join(", ")}`,
      ...(gone.length === 0 ? {} : { problem: `missing:\n${explain(gone, process.env)}` }),
    },
    ...(gone.length === 0 ? await examineMachine() : []),
  ];
  for (const { what, problem } of findings)
    console.log(problem === undefined ? `ok      ${what}` : `FAILED  ${what}: ${problem}`);
  const failed = findings.filter(({ problem }) => problem !== undefined);
  console.log(
    failed.length === 0 ? "\na lab can run here" : "\na lab cannot run here until that is put right",
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
