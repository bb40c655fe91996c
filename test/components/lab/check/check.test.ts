import assert from "node:assert/strict";
import {
  checkJson,
  describeCheck,
  judge,
  matrixOf,
  planProbes,
  type Check,
  type Outcome,
  type Probe,
} from "../../../../components/lab/check/index.ts";
import { isOutsider, plan, showTraffic, type Peer, type Plan } from "../../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../../stacks/config/file.ts";
import { environment, group } from "../../../support/config.ts";
import { assertGolden } from "../../../support/golden.ts";

const dev = plan(parseStackFile(await readStackFile("dev")));
const probesOfDev = planProbes(dev, { seed: 1 });

const hasAnswer = ({ packet }: Probe) => ["tcp", "icmp"].includes(showTraffic(packet).split("/")[0] ?? "");

/** A check in which firewalls do what the plan says, but for what `differs` says of a probe. */
function checked(
  planned: Plan,
  differs: (probe: Probe) => Partial<Outcome> | undefined = () => undefined,
  probes = planned === dev ? probesOfDev : planProbes(planned, { seed: 1 }),
): Check {
  const outcomes = new Map(
    probes.probes.map((probe): [Probe, Outcome] => {
      const arrived = probe.because !== undefined;
      const sound: Outcome = hasAnswer(probe) ? { arrived, answered: arrived } : { arrived };
      return [probe, { ...sound, ...differs(probe) }];
    }),
  );
  return judge(planned, probes, { outcomes, millis: 421.7 });
}

const nameOf = (peer: Peer) => (isOutsider(peer) ? peer.address : peer.name);
const is = (probe: Probe, from: string, to: string, packet: string) =>
  probe.as === undefined &&
  nameOf(probe.from) === from &&
  nameOf(probe.to) === to &&
  showTraffic(probe.packet) === packet;

const cell = ({ cells }: Check, from: string, to: string) =>
  cells.find((candidate) => candidate.from === from && candidate.to === to);
const linesOf = (check: Check) => describeCheck(check).split("\n");
const toldBy = (check: Check) => linesOf(check).filter((line) => /^ {4}\S/.test(line));

describe("a check", () => {
  it("of firewalls that do what the plan says finds no surprise", () => {
    const check = checked(dev);
    assert.deepEqual(check.surprises, []);
    assert.match(describeCheck(check), /^no surprises: everything that a flow names passes/m);
    assert.deepEqual(checkJson(check).surprises, []);
  });

  it("finds one hole, and says from where to where, what passes, and that no flow allows it", () => {
    const check = checked(dev, (probe) =>
      is(probe, "test-claims-2", "staging-billing-1", "tcp/8443") ? { arrived: true } : undefined,
    );
    const { surprises } = checkJson(check);
    assert.deepEqual(surprises, [
      {
        kind: "open",
        from: { host: "test-claims-2", zone: "test-claims", address: "10.16.8.129" },
        to: { host: "staging-billing-1", zone: "staging-billing", address: "10.16.16.128" },
        traffic: "tcp/8443",
        why: "no flow allows it",
      },
    ]);
    assert.deepEqual(linesOf(check).slice(-4), [
      "1 surprise",
      "  open, though nothing allows it: 1 probe",
      "    test-claims-2 (test-claims) -> staging-billing-1 (staging-billing): tcp/8443; no flow allows it",
      "",
    ]);
    assert.equal(cell(check, "test-claims", "staging-billing")?.surprises, 1);
    assert.equal(check.cells.filter(({ surprises: some }) => some > 0).length, 1);
  });

  it("finds what is missing, and names the rule that should let it pass, with its reason", () => {
    const check = checked(dev, (probe) =>
      is(probe, "test-portal-1", "test-billing-2", "tcp/8443")
        ? { arrived: false, answered: false }
        : undefined,
    );
    assert.deepEqual(
      checkJson(check).surprises.map(({ kind, rule, why }) => [kind, rule, why]),
      [
        [
          "closed",
          "zone test-portal -> zone test-billing: tcp/8443",
          "the portal shows invoices, which billing serves, portal@example.com",
        ],
      ],
    );
    assert.equal(
      linesOf(check).at(-2),
      "    test-portal-1 (test-portal) -> test-billing-2 (test-billing): tcp/8443; " +
        "zone test-portal -> zone test-billing: tcp/8443 " +
        "(the portal shows invoices, which billing serves, portal@example.com)",
    );
  });

  it("finds what is missing inside an open zone", () => {
    const check = checked(dev, (probe) =>
      is(probe, "test-portal-1", "test-portal-2", "ip/4") ? { arrived: false } : undefined,
    );
    assert.equal(
      linesOf(check).at(-2),
      "    test-portal-1 (test-portal) -> test-portal-2 (test-portal): ip/4; zone test-portal (machines talk freely inside)",
    );
  });

  it("finds an answer that is lost, and does not ask for one where there is none", () => {
    const check = checked(dev, (probe) =>
      is(probe, "test-portal-1", "registry-1", "tcp/443") ? { answered: false } : undefined,
    );
    assert.deepEqual(
      check.surprises.map(({ kind, probe }) => [kind, nameOf(probe.from), nameOf(probe.to)]),
      [["unanswered", "test-portal-1", "registry-1"]],
    );
    assert.match(describeCheck(check), /arrived, but the answer is lost: 1 probe/);
  });

  it("does not count an answer as lost where the packet itself was", () => {
    const lost = checked(dev, ({ because }) =>
      because === undefined ? undefined : { arrived: false, answered: false },
    );
    assert.ok(lost.surprises.length > 100);
    assert.ok(lost.surprises.every(({ kind }) => kind === "closed"));
  });

  it("finds that a forged source passes, and says whose it is", () => {
    const forged = probesOfDev.probes.find(({ from, as }) => as !== undefined && isOutsider(from));
    assert.ok(forged?.as !== undefined && !isOutsider(forged.as) && isOutsider(forged.from));
    const check = checked(dev, (probe) => (probe === forged ? { arrived: true } : undefined));
    const { from, as } = forged;
    assert.deepEqual(
      checkJson(check).surprises.map(({ kind, from: source, as: claimed }) => [kind, source, claimed]),
      [
        [
          "forged",
          { host: "outside", address: from.address, name: from.name },
          { host: as.name, zone: as.zone, address: as.address },
        ],
      ],
    );
    const sender = `outside ${from.address} (${from.name ?? ""})`;
    assert.ok(toldBy(check)[0]?.startsWith(`    ${sender} as ${as.name} (${as.zone}) -> `) === true);
    assert.match(describeCheck(check), /a forged source passes: 1 probe/);
  });

  it("tells many packets between the same ends in one line, ports as ranges, and all of them as JSON", () => {
    const check = checked(dev, ({ from, to, as }) =>
      as === undefined && nameOf(from) === "registry-1" && nameOf(to) === "manager-1"
        ? { arrived: true }
        : undefined,
    );
    const lines = toldBy(check);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? "",
      /^ {4}registry-1 \(management\) -> manager-1 \(management\): tcp\/52-54, tcp\/178-180, tcp\/442-444, tcp\/2378-2381 and \d+ more; no flow allows it$/,
    );
    assert.ok(checkJson(check).surprises.length > 30);
  });

  it("prints no more than some forty surprises, of each kind some, and says how many more there are", () => {
    const upsideDown = checked(dev, ({ because }) => ({ arrived: because === undefined }));
    const lines = toldBy(upsideDown);
    const more = lines.filter((line) => /^ {4}and \d+ more like these, which --json has$/.test(line));
    assert.equal(more.length, 3);
    assert.equal(lines.length - more.length, 40);
    for (const kind of [/^ {2}open, though/m, /^ {2}a forged source/m, /^ {2}closed, though/m])
      assert.match(describeCheck(upsideDown), kind);
    assert.equal(checkJson(upsideDown).surprises.length, probesOfDev.probes.length);
  });

  it("is refused where a probe has no outcome", () => {
    assert.throws(
      () => judge(dev, probesOfDev, { outcomes: new Map(), millis: 0 }),
      /a probe has no outcome/,
    );
  });

  it("says how much was sent, and how much of it had to arrive", () => {
    const { probes, seed, millis, pairs } = checkJson(checked(dev));
    assert.deepEqual([seed, millis, pairs], [1, 421.7, { chosen: 322, of: 322 }]);
    assert.equal(probes.sent, probesOfDev.probes.length);
    assert.equal(probes.mustArrive + probes.mustNot, probes.sent);
    assert.ok(probes.forged > 50 && probes.forged < probes.mustNot);
  });

  it("says how much was left out because it tells nothing, where there is such", () => {
    const flows = [{ from: "red", to: "blue", traffic: ["ip/50"], why: "a tunnel", owner: "red" }];
    assert.match(
      describeCheck(checked(plan(environment({ flows })))),
      /^4 more were left out: they would pass as answers/m,
    );
    assert.doesNotMatch(describeCheck(checked(dev)), /left out/);
  });
});

describe("the matrix of a check", () => {
  it("has a row and a column for each role of management, each other zone, and outside", () => {
    assert.deepEqual(checked(dev).parties, [
      "manager",
      "registry",
      ...["test", "staging"].flatMap((tier) =>
        ["billing", "claims", "portal"].map((name) => `${tier}-${name}`),
      ),
      "outside",
    ]);
  });

  it("has one for each collection of a zone with several", async () => {
    const tiers = plan(parseStackFile(await readStackFile("dev-tiers")));
    const { parties } = checked(tiers);
    assert.ok(parties.includes("test/test-portal") && !parties.includes("test"));
  });

  it("counts the traffics of flows that passed, and shows what is open and what is closed as a whole", () => {
    const check = checked(dev);
    const open = (from: string, to: string) => {
      const found = cell(check, from, to)?.open;
      return typeof found === "object" ? found.map(showTraffic).join(" ") : found;
    };
    assert.equal(open("test-portal", "manager"), "tcp/179 tcp/6443 ip/4");
    assert.equal(open("test-portal", "test-billing"), "tcp/8443");
    assert.equal(open("test-billing", "test-portal"), "");
    assert.equal(open("test-portal", "test-portal"), "all");
    assert.equal(open("outside", "manager"), "tcp/6443");
    assert.equal(open("manager", "outside"), "tcp/53 tcp/443 udp/53 udp/123");
    assert.equal(open("manager", "manager"), undefined, "there is but one");
    assert.equal(open("outside", "outside"), undefined);
  });

  it("counts what passed, not what should have", () => {
    const dead = checked(dev, () => ({ arrived: false, answered: false }));
    assert.ok(dead.cells.every(({ open }) => open.length === 0));
    assert.doesNotMatch(matrixOf(dead), /all/);
  });

  it("of dev without a surprise is as its golden says", async () => {
    const text = describeCheck(checked(dev));
    assert.ok(text.split("\n").every((line) => line.length <= 120));
    await assertGolden(new URL("../../../golden/dev-check.txt", import.meta.url), text);
  });

  it("of dev with some is as its golden says", async () => {
    const text = describeCheck(
      checked(dev, (probe) => {
        const { from, to, because, as, packet } = probe;
        // A rule too many, a rule too few, a host that does not answer, and one whose source nobody looks at.
        if (as !== undefined) return nameOf(as) === "manager-1" ? { arrived: true } : undefined;
        if (nameOf(from).startsWith("test-claims") && nameOf(to).startsWith("test-billing"))
          return { arrived: true };
        if (nameOf(to) === "manager-1" && showTraffic(packet) === "tcp/6443" && because !== undefined)
          return { arrived: false, answered: false };
        return nameOf(from) === "manager-1" && nameOf(to) === "staging-portal-2" && hasAnswer(probe)
          ? { answered: false }
          : undefined;
      }),
    );
    await assertGolden(new URL("../../../golden/dev-check-surprises.txt", import.meta.url), text);
  });

  it("goes on below where its columns do not fit on a line", () => {
    const names = Array.from({ length: 30 }, (_, index) => `z${index + 1}`);
    const wide = plan(
      environment({
        zones: Object.fromEntries(names.map((name, index) => [name, { slot: index + 1 }])),
        groups: Object.fromEntries(names.map((name) => [name, group(name)])),
      }),
    );
    const lines = matrixOf(checked(wide)).split("\n");
    assert.ok(lines.every((line) => line.length <= 120));
    const heads = lines.filter((line) => /^[ \d]+$/.test(line)).map((line) => line.trim().split(/ +/));
    assert.ok(heads.length > 1);
    assert.deepEqual(
      heads.flat().map(Number),
      [...Array(33).keys()].map((index) => index + 1),
    );
  });
});
