import { timings } from "../../../test/oracle/cyclonus/compare.ts";
import { askCyclonusAgain } from "../../../test/oracle/cyclonus/oracle.ts";

/** Cyclonus' own matcher, which is compiled, and the proof, on the same clusters; what each needs to read them is left out. */
export async function measureCyclonus(runs: number): Promise<string[]> {
  const measured = timings(await askCyclonusAgain(process.env), runs);
  return measured.map(
    ({ what, verdicts, theirMilliseconds, ourMilliseconds }) =>
      `${what.padEnd(36)} ${verdicts} verdicts: Cyclonus ${theirMilliseconds.toFixed(0)} ms, the proof ${ourMilliseconds.toFixed(0)} ms, ${(theirMilliseconds / ourMilliseconds).toFixed(1)} times`,
  );
}
