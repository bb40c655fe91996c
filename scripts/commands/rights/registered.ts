import * as pulumi from "@pulumi/pulumi";
import { createAws } from "../../../components/aws/index.ts";
import type { Registered } from "../../../components/aws/rights/index.ts";
import { Environment } from "../../../components/environment/index.ts";
import type { Plan } from "../../../components/plan/index.ts";

/** Everything that a plan is made of on AWS, in the order of their names; asks no engine and no cloud. */
export async function registeredFor(plan: Plan): Promise<Registered[]> {
  const seen: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        seen.push({ type, name, inputs: inputs as Registered["inputs"] });
        return { id: `${name}-id`, state: inputs as Record<string, unknown> };
      },
      call: ({ token }) => {
        throw new RangeError(`the program looks ${token} up, for which no rights are known`);
      },
    },
    "bulkhead",
    plan.environment,
  );
  createAws(plan, new Environment(plan.environment, { plan }));
  await pulumi.runtime.disconnect();
  return seen.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}
