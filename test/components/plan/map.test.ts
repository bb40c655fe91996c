import { drawPlan, plan } from "../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";
import { assertGolden } from "../../support/golden.ts";

describe("the map of an environment", () => {
  for (const [name, what] of [
    ["dev-tiers", "zones, who is in them and what passes between them"],
    ["test", "load balancers and the cloud's own services beside them"],
  ] as const)
    it(`shows ${what}, as Mermaid`, async () => {
      const planned = plan(parseStackFile(await readStackFile(name)));
      await assertGolden(new URL(`../../golden/${name}.mmd`, import.meta.url), drawPlan(planned));
    });
});
