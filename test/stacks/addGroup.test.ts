import assert from "node:assert/strict";
import { plan } from "../../components/plan/index.ts";
import { addGroup, type NewGroup } from "../../stacks/config/addGroup.ts";
import { listEnvironments, parseStackFile, readStackFile, type StackFile } from "../../stacks/config/file.ts";

const group: NewGroup = {
  name: "risk",
  directoryGroup: "CN=risk,OU=teams,DC=example,DC=com",
  workers: { linux: 2 },
  size: "small",
  quota: { cpu: "8", memory: "16Gi", pods: 40 },
  limits: { cpu: "2", memory: "4Gi" },
};

const addedLines = (before: string, after: string): string[] => {
  const old = before.split("\n");
  const added: string[] = [];
  let at = 0;
  for (const line of after.split("\n")) {
    if (line === old[at]) at++;
    else added.push(line);
  }
  assert.equal(at, old.length, "every line that was there is there, in its order");
  return added;
};

const fileOf = (text: string): StackFile => ({
  environment: "sample",
  path: "stacks/Pulumi.sample.yaml",
  text,
});

const environments = await listEnvironments();

describe("adding an application group", () => {
  for (const name of environments)
    it(`to ${name} only adds lines, and moves nothing that the environment has`, async () => {
      const file = await readStackFile(name);
      const result = addGroup(file, group);
      addedLines(file.text, result.text);
      const before = plan(parseStackFile(file));
      const after = plan(parseStackFile(result));
      assert.deepEqual(
        after.hosts.filter(({ collection }) => collection !== "risk"),
        before.hosts,
      );
      assert.equal(after.hosts.length, before.hosts.length + 2);
    });

  it("gives it a zone of its own with the next free slot, unless it shares one", async () => {
    const file = await readStackFile("dev");
    assert.deepEqual(
      addedLines(file.text, addGroup(file, { ...group, tier: "test", owner: "risk@example.com" }).text),
      [
        "    risk: { slot: 7, tier: test }",
        "    risk:",
        "      owner: risk@example.com",
        '      team: { directoryGroup: "CN=risk,OU=teams,DC=example,DC=com" }',
        "      collections:",
        "        risk:",
        "          zone: risk",
        "          workers:",
        "            linux: { count: 2, size: small }",
        "      namespaces:",
        "        risk:",
        "          quota: { cpu: 8, memory: 16Gi, pods: 40 }",
        "          limits: { cpu: 2, memory: 4Gi }",
      ],
    );
    const tiers = await readStackFile("dev-tiers");
    const shared = addedLines(tiers.text, addGroup(tiers, { ...group, zone: "test" }).text);
    assert.deepEqual(shared.slice(0, 6), [
      "    risk:",
      '      team: { directoryGroup: "CN=risk,OU=teams,DC=example,DC=com" }',
      "      collections:",
      "        risk:",
      "          zone: test",
      "          slot: 4",
    ]);
  });

  it("keeps comments where they are, also those behind the last entry", async () => {
    const { text } = await readStackFile("dev");
    const commented = text
      .replace(
        "    staging-portal: { slot: 6, tier: staging }\n",
        "    staging-portal: { slot: 6, tier: staging } # the last\n    # more to come\n",
      )
      .replace("  bulkhead:flows:", "\n  # What groups need of each other.\n  bulkhead:flows:");
    const added = addedLines(commented, addGroup(fileOf(commented), group).text);
    assert.equal(added[0], "    risk: { slot: 7 }");
  });

  it("works where the maps are empty or written in braces", async () => {
    const { text } = await readStackFile("demo");
    const braces = text.replace("    demo: { slot: 1 }", "    { demo: { slot: 1 } } # in braces");
    assert.notEqual(braces, text);
    const result = parseStackFile(addGroup(fileOf(braces), group));
    assert.equal(result.zones["risk"]?.slot, 2);
  });

  for (const [title, change, message] of [
    [
      "whose name is taken",
      { name: "test-billing" },
      /has a group "test-billing" already; choose another name/,
    ],
    [
      "in a zone that is not there",
      { zone: "tset" },
      /has no zone "tset"; it has test-billing, .*Leave --zone out/,
    ],
    [
      "whose name cannot be",
      { name: "Risk" },
      /^the group is not added, since with it .*has 4 problems:\n {2}zones\.Risk \(line/,
    ],
    [
      "without workers",
      { workers: {} },
      /groups\.risk\.collections\.risk\.workers.*: write an object|a collection needs workers/,
    ],
    [
      "with a quota that is none",
      { quota: { cpu: "8, evil: 1", memory: "1Gi", pods: 1 } },
      /evil.*: unknown key/,
    ],
  ] as const)
    it(`refuses a group ${title}`, async () => {
      const file = await readStackFile("dev");
      assert.throws(() => addGroup(file, { ...group, ...change }), { message });
    });

  it("refuses where the groups stand elsewhere in the file, instead of taking them out", async () => {
    const { text } = await readStackFile("demo");
    const [before = "", groups = ""] = text.split("  bulkhead:groups:\n");
    const aliased = `x-groups: &groups\n${groups}${before}  bulkhead:groups: *groups\n`;
    assert.equal(Object.keys(parseStackFile(fileOf(aliased)).groups).length, 1);
    assert.throws(() => addGroup(fileOf(aliased), group), {
      message: /groups is not written as a map there/,
    });
  });

  it("quotes what YAML would read as something else than text", async () => {
    const added = addGroup(await readStackFile("dev"), { ...group, owner: "true", directoryGroup: "null" });
    assert.equal(parseStackFile(added).groups["risk"]?.owner, "true");
  });

  it("refuses an eighth collection in a zone, which has room for seven", async () => {
    let file = await readStackFile("dev-tiers");
    for (const name of ["a", "b", "c", "d"]) file = addGroup(file, { ...group, name, zone: "test" });
    assert.throws(() => addGroup(file, { ...group, zone: "test" }), {
      message: 'zone "test" has 7 collections, which is all it has room for; use another zone',
    });
  });
});
