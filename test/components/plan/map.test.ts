import { drawPlan, plan } from "../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";
import { assertGolden } from "../../support/golden.ts";

describe("the map of an environment", () => {
  it("shows zones, who is in them and what passes between them, as Mermaid", async () => {
    const planned = plan(parseStackFile(await readStackFile("dev-tiers")));
    await assertGolden(new URL("../../golden/dev-tiers.mmd", import.meta.url), drawPlan(planned));
  });
});
