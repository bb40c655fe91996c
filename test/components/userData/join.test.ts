import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { MachineSetup } from "../../../components/userData/index.ts";
import { requires } from "../../support/machine.ts";
import type { Cloud } from "./cloud.ts";
import { asMachine, machinePrograms } from "./machine.ts";
import { fileOf, full } from "./setups.ts";

const program = "/usr/local/sbin/bulkhead-join";
const { join } = full;
assert.ok(join !== undefined);
const token = "SWMTKN-1-0123456789abcdef-secret";

const cloud: Cloud = {
  store: [[200, { Parameter: { Name: join.name, Value: `${token}\n` } }]],
  joins: [[200, ""]],
  isMember: false,
};

/** The program with short pauses, which it says as it would make them. */
const hasty = (path: string) =>
  `import time, sys\nsleep = time.sleep\ntime.sleep = lambda pause: sleep(0.01)\nexec(compile(open("${path}").read(), "join", "exec"))`;

/** What the program says in such a cloud, what the cloud was asked, and where the token was left. */
async function runJoin(change: Partial<Cloud>, setup: MachineSetup = full): Promise<string[]> {
  const host = `${setup.join?.store === "secrets-manager" ? "secretsmanager" : "ssm"}.eu-central-1.amazonaws.com`;
  const sh = `
    ip address add 169.254.169.254/32 dev lo
    echo "127.0.0.1 ${host} localhost" >/etc/hosts
    mkdir /run/tls
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${host} \\
      -addext subjectAltName=DNS:${host} -keyout /run/tls/key.pem -out /run/tls/cert.pem 2>/dev/null
    mkfifo /run/asked
    '${process.execPath}' --disable-warning=ExperimentalWarning '${fileURLToPath(new URL("cloud.ts", import.meta.url))}' '${JSON.stringify({ ...cloud, ...change })}' >/run/asked &
    server=$!
    exec 3</run/asked
    read -r ready <&3
    SSL_CERT_FILE=/run/tls/cert.pem python3 -I /run/programs/hasty >/run/told 2>&1 || echo "ended with $?" >>/run/told
    kill $server
    cat /run/told - <&3
    grep -rlF 0123456789abcdef "$memory" /run/told | sed 's/^/the token is in /' || :`;
  const { code, stdout, stderr } = await asMachine(setup, sh, { hasty: hasty(program) });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, stdout);
  return stdout.trimEnd().split("\n");
}

const storeSays = [
  'store: ssm.eu-central-1.amazonaws.com AmazonSSM.GetParameter {"Name": "/bulkhead/test/join/worker", "WithDecryption": true}',
  "store: session+/= AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/date/eu-central-1/ssm/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=...",
];
const asksEngine = `engine: POST /swarm/join {"AdvertiseAddr": "10.16.4.128", "JoinToken": "${token}", "ListenAddr": "0.0.0.0:2377", "RemoteAddrs": ["managers.test.bulkhead.internal:2377"]}`;

describe("the program that joins a machine", function () {
  this.timeout(30_000);
  before(function () {
    requires(this, "python3", "openssl", ...machinePrograms);
  });

  it("reads the secret with the machine's identity and hands it to the engine alone", async () => {
    assert.deepEqual(await runJoin({}), ["a member of the swarm", ...storeSays, asksEngine]);
  });

  it("reads it from Secrets Manager likewise", async () => {
    const setup = { ...full, join: { ...join, store: "secrets-manager", name: "bulkhead/join" } as const };
    const said = await runJoin({ store: [[200, { SecretString: token }]] }, setup);
    assert.equal(said[0], "a member of the swarm");
    assert.equal(
      said[1],
      'store: secretsmanager.eu-central-1.amazonaws.com secretsmanager.GetSecretValue {"SecretId": "bulkhead/join"}',
    );
    assert.equal(said.at(-1), asksEngine);
  });

  it("asks nobody where the machine is a member", async () => {
    assert.deepEqual(await runJoin({ isMember: true }), ["a member of the swarm"]);
  });

  it("waits for a secret that is not there yet", async () => {
    const missing = [400, { __type: "ParameterNotFound" }] as const;
    const said = await runJoin({ store: [missing, missing, ...cloud.store] });
    const waits = (pause: number) =>
      `not joined yet, next try in ${pause} s. NotYet: ssm.eu-central-1.amazonaws.com: 400 {"__type":"ParameterNotFound"}`;
    assert.deepEqual(said, [
      waits(5),
      waits(10),
      "a member of the swarm",
      ...storeSays,
      ...storeSays,
      ...storeSays,
      asksEngine,
    ]);
  });

  it("reads the secret anew when the engine refuses it, and shows nothing of it", async () => {
    const said = await runJoin({ joins: [[500, `invalid join token ${token}`], ...cloud.joins] });
    assert.equal(
      said[0],
      "not joined yet, next try in 5 s. NotYet: the engine says 500 invalid join token (the token)",
    );
    assert.deepEqual(said.slice(1), [
      "a member of the swarm",
      ...storeSays,
      asksEngine,
      ...storeSays,
      asksEngine,
    ]);
  });

  it("hands on nothing that is no token", async () => {
    const said = await runJoin({ store: [[200, { Parameter: { Value: "password" } }], ...cloud.store] });
    assert.equal(
      said[0],
      "not joined yet, next try in 5 s. NotYet: what the store has is no token of a swarm, which begins with SWMTKN-",
    );
    assert.equal(said.filter((line) => line.startsWith("engine")).length, 1);
  });

  it("pauses longer each time, five minutes at most, and fails after half an hour for systemd to start it again", async () => {
    const { stdout } = await asMachine(
      full,
      `python3 -I /run/programs/hasty >/run/told 2>&1 || echo "ended with $?" >>/run/told; cat /run/told`,
      { hasty: hasty(program) },
    );
    const said = stdout.trimEnd().split("\n");
    const pauses = said.flatMap((line) => /next try in (\d+) s/.exec(line)?.[1] ?? []).map(Number);
    assert.deepEqual(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300]);
    assert.match(said.at(-2) ?? "", /^not joined after 1815 s\. FileNotFoundError/);
    assert.equal(said.at(-1), "ended with 1");
    const unit = fileOf(full, "/etc/systemd/system/bulkhead-join.service");
    for (const line of ["Restart=on-failure", "StartLimitIntervalSec=0", "LimitCORE=0", "MemorySwapMax=0"])
      assert.ok(unit.split("\n").includes(line), line);
  });

  it("signs as AWS's own examples are signed", () => {
    // aws-sig-v4-test-suite: post-vanilla, post-x-www-form-urlencoded.
    const [functions = ""] = fileOf(full, program).split("\nwith open(");
    const script = `${functions}
key = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
scope = ["20150830", "us-east-1", "service", "aws4_request"]
plain = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
form = dict(plain, **{"content-type": "application/x-www-form-urlencoded"})
for headers, body in ((plain, b""), (form, b"Param1=value1")):
  print(signed(headers, body, scope, key)["Authorization"].split("Signature=")[1])`;
    const { stdout, stderr } = spawnSync("python3", ["-I", "-"], { input: script, encoding: "utf8" });
    assert.equal(stderr, "");
    assert.deepEqual(stdout.trim().split("\n"), [
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ]);
  });

  it("needs no newer Python than RHEL 8's", () => {
    const script = `import ast, sys\nast.parse(sys.stdin.read(), feature_version=(3, 6))`;
    const { status, stderr } = spawnSync("python3", ["-c", script], {
      input: fileOf(full, program),
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  });
});
