import assert from "node:assert/strict";
import { plan } from "../../../components/plan/index.ts";
import { changesIn, ownershipIn, type Step } from "../../../scripts/commands/preview/changes/index.ts";
import { Secrets } from "../../../scripts/commands/preview/secrets/index.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";

const secretMark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const environment = "urn:pulumi:test::bulkhead::bulkhead:environment:Environment";
const holder = `${environment}$bulkhead:aws:Machines::billing-linux`;

/** A step of an instance, unless another type is named. */
function step(
  op: string,
  name: string,
  old: Readonly<Record<string, unknown>> | undefined,
  now: Readonly<Record<string, unknown>> | undefined,
  more: Partial<Step> & { readonly type?: string } = {},
): Step {
  const { type = "aws:ec2/instance:Instance", ...others } = more;
  const urn = `${environment}$bulkhead:aws:Machines$${type}::${name}`;
  const state = (inputs: Readonly<Record<string, unknown>>) => ({
    urn,
    type,
    custom: true,
    parent: holder,
    inputs,
  });
  return {
    op,
    urn,
    oldState: old === undefined ? null : state(old),
    newState: now === undefined ? null : state(now),
    ...others,
  };
}

const holds: Step = {
  op: "same",
  urn: holder,
  newState: { urn: holder, type: "bulkhead:aws:Machines", custom: false, parent: `${environment}::test` },
};

const changes = (steps: readonly Step[], { scrubbed = false, secrets = new Secrets() } = {}) =>
  changesIn([holds, ...steps], () => undefined, secrets, scrubbed);

const properties = (of: Step, secrets?: Secrets) =>
  changes([of], secrets === undefined ? {} : { secrets }).groups[0]?.components[0]?.changes[0]?.properties ??
  [];

describe("what a preview's steps come to", () => {
  it("is counted by what a provider makes: components and the stack are not", () => {
    const { counts } = changes([
      step("create", "billing-3", undefined, { size: "a" }),
      step("update", "billing-1", { size: "a" }, { size: "b" }),
      step("replace", "billing-2", { size: "a" }, { size: "b" }),
      step("delete", "billing-4", { size: "a" }, undefined),
      step("same", "billing-5", { size: "a" }, { size: "a" }),
    ]);
    assert.deepEqual(counts, { create: 1, update: 1, replace: 1, delete: 1, same: 1 });
  });

  it("counts a replacement once, whatever steps it is made of", () => {
    const { counts } = changes([
      step("create-replacement", "billing-1", { size: "a" }, { size: "b" }),
      step("replace", "billing-1", { size: "a" }, { size: "b" }),
      step("delete-replaced", "billing-1", { size: "a" }, undefined),
    ]);
    assert.deepEqual(counts, { create: 0, update: 0, replace: 1, delete: 0, same: 0 });
  });

  it("stands by the component that holds it", () => {
    const [group] = changes([step("create", "billing-3", undefined, { size: "a" })]).groups;
    assert.deepEqual(
      group?.components.map(({ name, changes: own }) => [name, own.map((change) => change.name)]),
      [["Machines billing-linux", ["billing-3"]]],
    );
  });
});

describe("a changed property", () => {
  it("shows what it was and what it will be, by the path that Pulumi gives it", () =>
    assert.deepEqual(
      properties(
        step(
          "update",
          "billing-1",
          { tags: { "bulkhead:zone": "a", Name: "x" }, ebs: [{ size: 10 }], old: true },
          { tags: { "bulkhead:zone": "b", Name: "x" }, ebs: [{ size: 20 }], fresh: [1] },
        ),
      ),
      [
        { path: 'tags["bulkhead:zone"]', old: '"a"', new: '"b"', replaces: false },
        { path: "ebs[0].size", old: "10", new: "20", replaces: false },
        { path: "old", old: "true", replaces: false },
        { path: "fresh", new: "[1]", replaces: false },
      ],
    ));

  it("of a list of plain values shows what came and what went", () =>
    assert.deepEqual(properties(step("update", "billing-1", { ids: ["a", "b"] }, { ids: ["b", "c"] })), [
      { path: "ids", old: '["a"]', new: '["c"]', replaces: false },
    ]));

  it("says that it forces a replacement, also where only the provider knows of it", () => {
    const detailedDiff = {
      "launchTemplate.version": { kind: "update-replace", inputDiff: true },
      id: { kind: "update-replace", inputDiff: false },
      "tags.a": { kind: "update", inputDiff: true },
    };
    assert.deepEqual(
      properties(
        step(
          "replace",
          "billing-1",
          { launchTemplate: { version: "1" }, tags: { a: "1" } },
          { launchTemplate: { version: "2" }, tags: { a: "2" } },
          { detailedDiff },
        ),
      ).map(({ path, replaces }) => [path, replaces]),
      [
        ["launchTemplate.version", true],
        ["tags.a", false],
        ["id", true],
      ],
    );
  });

  it("that a preview cannot know says so", () =>
    assert.deepEqual(properties(step("update", "billing-1", { id: "i-1" }, { id: unknown })), [
      { path: "id", old: '"i-1"', new: '"(known after up)"', replaces: false },
    ]));

  it("of Kubernetes is the same quantity however it is written", () => {
    const { groups } = changes([
      step(
        "update",
        "quota",
        { cpu: "2k", pods: "10" },
        { cpu: "2000", pods: "11" },
        { type: "kubernetes:core/v1:ResourceQuota" },
      ),
    ]);
    assert.deepEqual(
      groups[0]?.components[0]?.changes[0]?.properties.map(({ path }) => path),
      ["pods"],
    );
  });
});

describe("a secret in a changed property is not shown", () => {
  const canary = "correct-horse-battery";
  const never = (of: Step, secrets?: Secrets) =>
    assert.doesNotMatch(JSON.stringify(properties(of, secrets)), new RegExp(canary));

  it("where it is marked", () =>
    never(step("create", "a", undefined, { value: { ...secretMark, plaintext: JSON.stringify(canary) } })));
  it("where the old value was in the clear and the new one is secret", () =>
    never(step("update", "a", { value: canary }, { value: "[secret]" })));
  it("where it was secret and is in the clear now", () =>
    never(step("update", "a", { value: "[secret]" }, { value: canary })));
  it("where one of a list has become secret", () =>
    never(step("update", "a", { values: [canary, "b"] }, { values: ["[secret]", "b"] })));
  it("where an object has become secret as a whole", () =>
    never(step("update", "a", { values: { a: canary } }, { values: "[secret]" })));
  it("where it is user data", () => {
    const [property] = properties(step("update", "a", { userData: canary }, { userData: `${canary}!` }));
    assert.deepEqual(property, {
      path: "userData",
      old: '"[user data, 21 characters]"',
      new: '"[user data, 22 characters]"',
      replaces: false,
    });
  });
  for (const name of [
    "kubeconfig",
    "kubeConfig",
    "adminPassword",
    "joinToken",
    "privateKeyPem",
    "secretString",
  ])
    it(`where the property is called ${name}`, () =>
      never(step("create", "a", undefined, { deep: [{ [name]: canary }] })));
  it("where it is known from elsewhere and a part of something else, also in base64", () => {
    const secrets = new Secrets();
    secrets.add(canary);
    never(step("create", "a", undefined, { text: `--token=${canary}`, [`key-${canary}`]: 1 }), secrets);
    assert.doesNotMatch(
      JSON.stringify(properties(step("create", "a", undefined, { text: btoa(canary) }), secrets)),
      new RegExp(btoa(canary).replace(/=+$/, "")),
    );
  });
  it("while names, ids and switches of secrets are", () =>
    assert.deepEqual(
      properties(
        step("create", "a", undefined, {
          secretName: "join",
          httpTokens: "required",
          automountServiceAccountToken: false,
        }),
      ).map(({ new: now }) => now),
      ['"join"', '"required"', "false"],
    ));
});

describe("without the secrets of what it is compared with", () => {
  const onlySecret = step("update", "a", { kubeconfig: "[secret]" }, { kubeconfig: "[secret]!" });

  it("a resource of which only those differ does not count as changed, and is named", () => {
    const { counts, unsure } = changes([onlySecret], { scrubbed: true });
    assert.deepEqual([counts.update, counts.same, unsure], [0, 1, ["a"]]);
  });
  it("one that differs in more does", () =>
    assert.equal(
      changes([step("update", "a", { kubeconfig: "[secret]", size: 1 }, { kubeconfig: "x", size: 2 })], {
        scrubbed: true,
      }).counts.update,
      1,
    ));
  it("and with them it does, too", () => assert.equal(changes([onlySecret]).counts.update, 1));
});

describe("what reverting a change does not bring back", () => {
  it("are machines that are replaced, with what forces it, and destroyed", () => {
    const detailedDiff = { subnetId: { kind: "update-replace", inputDiff: true } };
    assert.deepEqual(
      changes([
        step("replace", "billing-1", { subnetId: "a" }, { subnetId: "b" }, { detailedDiff }),
        step("delete", "billing-2", {}, undefined),
        step("update", "billing-3", { a: 1 }, { a: 2 }),
        step("create", "billing-4", undefined, {}),
      ]).risks.map(({ kind, what, because }) => [kind, what, because]),
      [
        ["machine replaced", "billing-1", ["subnetId"]],
        ["machine destroyed", "billing-2", []],
      ],
    );
  });
  it("is data in what goes, and not in what stays or is retained", () => {
    const bucket = { type: "aws:s3/bucket:Bucket" };
    const retained = step("delete", "kept", {}, undefined, bucket);
    assert.deepEqual(
      changes([
        step("delete", "logs", {}, undefined, bucket),
        step("update", "more", { a: 1 }, { a: 2 }, bucket),
        {
          ...retained,
          oldState: { ...retained.oldState, retainOnDelete: true } as NonNullable<Step["oldState"]>,
        },
        step("delete", "test-billing", {}, undefined, { type: "kubernetes:core/v1:Namespace" }),
      ]).risks.map(({ kind, what }) => [kind, what]),
      [
        ["data lost", "logs (aws:s3/bucket:Bucket)"],
        ["data lost", "test-billing (kubernetes:core/v1:Namespace)"],
      ],
    );
  });
});

describe("the application group that a resource is for", () => {
  it("is told by its tags, its namespace, its own name or its component's, and by none where several share it", async () => {
    const own = ownershipIn(plan(parseStackFile(await readStackFile("dev"))));
    const of = (name: string, inputs = {}, parent?: string) =>
      own({
        urn: `urn:pulumi:dev::bulkhead::a$b::${name}`,
        type: "b",
        inputs,
        ...(parent === undefined ? {} : { parent: `urn:pulumi:dev::bulkhead::a::${parent}` }),
      });
    assert.equal(of("x", { tags: { "bulkhead:group": "claims" } }), "claims");
    assert.equal(of("quota", { metadata: { namespace: "test-billing" } }), "test-billing");
    assert.equal(of("test-portal-2"), "test-portal");
    assert.equal(of("zone-test-portal from zone-test-portal all"), "test-portal");
    assert.equal(of("default-deny", { metadata: { namespace: unknown } }, "test-claims"), "test-claims");
    assert.equal(of("team-test-claims"), "test-claims");
    assert.equal(of("zone-test-portal to zone-test-billing tcp/8443"), undefined);
    assert.equal(of("manager-1"), undefined);
    assert.equal(of("network"), undefined);
  });
});
