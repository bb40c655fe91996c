import type { KindRights } from "../grant.ts";
import { machineKinds } from "./machines.ts";
import { networkKinds } from "./network.ts";
import { serviceKinds } from "./services.ts";

/** What a deployer has to be allowed for each kind of AWS's resources that the target makes, by its Pulumi type. */
export const kinds: Readonly<Record<string, KindRights>> = {
  ...networkKinds,
  ...machineKinds,
  ...serviceKinds,
};
