import assert from "node:assert/strict";
import { accountOf, compareAccounts } from "../../../../components/proof/report/index.ts";
import type { Statement } from "../../../../components/proof/statement/index.ts";
import { dev, layer, leaking } from "../../../support/statements.ts";

const statement = (...flows: Parameters<typeof layer>[2]): Statement => ({
  environment: "dev",
  source: "a test",
  layers: [
    layer(
      "machines",
      [
        { name: "claims", kind: "zone", members: ["claims-1", "claims-2"], addresses: [] },
        { name: "billing", kind: "zone", members: ["billing-1", "billing-2"], addresses: [] },
        { name: "archive", kind: "outside", members: [], addresses: ["192.0.2.0/24"] },
      ],
      flows,
    ),
  ],
  leaks: [],
  excused: [],
  missing: [],
  exceptions: [],
  assumptions: [],
});
const flow = {
  from: "claims",
  to: "billing",
  on: ["tcp/5432"],
  why: "claims asks billing's database",
  owner: "claims@example.com",
  rules: [{ id: "rule", text: "claims -> billing: tcp/5432" }],
};

/** As another process gets it. */
const account = (of: Statement) => JSON.parse(JSON.stringify(accountOf(of))) as ReturnType<typeof accountOf>;
const words = (before: Statement, after: Statement) => {
  const { openedWords, closedWords } = compareAccounts(account(before), account(after));
  return [...openedWords, ...closedWords];
};

describe("what changes between two accounts", () => {
  it("is told with why it opens: what people wrote, and who", () =>
    assert.deepEqual(words(statement(), statement(flow)), [
      "claims can now reach billing on tcp/5432, because claims asks billing's database (claims@example.com)",
    ]));

  it("and with what was its reason where it closes", () =>
    assert.deepEqual(words(statement(flow), statement()), [
      "claims can no longer reach billing on tcp/5432, because nothing asks for it any more (it was: claims asks billing's database (claims@example.com))",
    ]));

  it("has the rules as the reason where nobody meant it to pass", () =>
    assert.deepEqual(words(statement(), statement({ ...flow, why: "", state: "leak" })), [
      "claims can now reach billing on tcp/5432, because of claims -> billing: tcp/5432",
    ]));

  it("has a reason, too, where it is about addresses outside", () =>
    assert.deepEqual(words(statement(), statement({ ...flow, to: "archive", why: "old invoices" })), [
      "claims can now reach 192.0.2.0/24 on tcp/5432, because old invoices (claims@example.com)",
    ]));

  it("does not give what passed before as the reason of what is new", () =>
    assert.deepEqual(words(statement(flow), statement(flow, { ...flow, on: ["tcp/22"], why: "a backup" })), [
      "claims can now reach billing on tcp/22, because a backup (claims@example.com)",
    ]));

  it("is nothing where nothing changes", () => assert.deepEqual(words(dev(), dev()), []));

  it("shows in the map, which stays the same where nothing does", () => {
    assert.deepEqual(account(dev()).maps, account(dev()).maps);
    assert.notDeepEqual(account(dev()).maps, account(leaking()).maps);
  });
});
