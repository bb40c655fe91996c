import { defaultSecurityGroup } from "../kinds/defaultSecurityGroup.ts";
import { eip } from "../kinds/eip.ts";
import { flowLog } from "../kinds/flowLog.ts";
import { instance } from "../kinds/instance.ts";
import { instanceProfile } from "../kinds/instanceProfile.ts";
import { internetGateway } from "../kinds/internetGateway.ts";
import { launchTemplate } from "../kinds/launchTemplate.ts";
import { listener } from "../kinds/listener.ts";
import { loadBalancer } from "../kinds/loadBalancer.ts";
import { logGroup } from "../kinds/logGroup.ts";
import { natGateway } from "../kinds/natGateway.ts";
import { record } from "../kinds/record.ts";
import { role } from "../kinds/role.ts";
import { rolePolicy } from "../kinds/rolePolicy.ts";
import { route } from "../kinds/route.ts";
import { routeTable } from "../kinds/routeTable.ts";
import { routeTableAssociation } from "../kinds/routeTableAssociation.ts";
import { securityGroup } from "../kinds/securityGroup.ts";
import { egressRule, ingressRule } from "../kinds/securityGroupRule.ts";
import { subnet } from "../kinds/subnet.ts";
import { targetGroup } from "../kinds/targetGroup.ts";
import { targetGroupAttachment } from "../kinds/targetGroupAttachment.ts";
import { vpc } from "../kinds/vpc.ts";
import { vpcAttachment } from "../kinds/vpcAttachment.ts";
import { vpcEndpoint } from "../kinds/vpcEndpoint.ts";
import { zone } from "../kinds/zone.ts";
import type { Cloud, Context, Kind } from "../kind.ts";
import type { KindOf } from "./made.ts";
import { explained } from "./refusal.ts";
import { openSession } from "./session.ts";

const kinds: readonly KindOf[] = [
  vpc,
  subnet,
  routeTable,
  routeTableAssociation,
  route,
  internetGateway,
  natGateway,
  eip,
  defaultSecurityGroup,
  securityGroup,
  ingressRule,
  egressRule,
  launchTemplate,
  instance,
  flowLog,
  vpcEndpoint,
  vpcAttachment,
  loadBalancer,
  targetGroup,
  listener,
  targetGroupAttachment,
  role,
  rolePolicy,
  instanceProfile,
  logGroup,
  zone,
  record,
];

/**
 * Opens a simulated AWS at an address of this machine, such as moto's server; throws for any other address. Errors of
 * its kinds carry AWS's code, and say what was being done with what.
 */
export function openCloud(url: string, { region }: Pick<Context, "region">): Promise<Cloud> {
  // A Promise, so that no caller depends on the clients being loaded at once.
  return Promise.resolve().then(() => {
    const session = openSession(url, region);
    const explaining = kinds.map((of) => explainErrors(of(session)));
    return {
      kinds: new Map(explaining.map((kind) => [kind.type, kind])),
      close: () => {
        session.close();
        return Promise.resolve();
      },
    };
  });
}

function explainErrors(kind: Kind): Kind {
  const explain = async <T>(doing: string, call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw explained(error, doing);
    }
  };
  const update = kind.update?.bind(kind);
  return {
    type: kind.type,
    replaceOn: kind.replaceOn,
    create: (inputs, context) => explain(`creating ${kind.type}`, kind.create(inputs, context)),
    read: (id, outputs, context) => explain(`reading ${kind.type} (${id})`, kind.read(id, outputs, context)),
    ...(update === undefined
      ? {}
      : {
          update: (id, inputs, old, outputs, context) =>
            explain(`updating ${kind.type} (${id})`, update(id, inputs, old, outputs, context)),
        }),
    delete: (id, outputs, context) =>
      explain(`deleting ${kind.type} (${id})`, kind.delete(id, outputs, context)),
  };
}
