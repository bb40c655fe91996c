import assert from "node:assert/strict";
import { userData, userDataProblems, type MachineSetup } from "../../../components/userData/index.ts";
import { bare, certificate, full } from "./setups.ts";

const { join, proxy } = full;
assert.ok(join !== undefined && proxy !== undefined);

const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIBsecret\n-----END RSA PRIVATE KEY-----\n";
const noPassword = "without a user and a password, which all that runs on a machine could read";

const refused: readonly (readonly [string, Partial<MachineSetup>, string])[] = [
  [
    "a manager on Windows",
    { family: "windows", role: "manager" },
    "a manager cannot run Windows, which has workers only: use ubuntu or rhel",
  ],
  [
    "Windows without MKE",
    { family: "windows", engine: "kubernetes" },
    "Windows and the engine kubernetes: Windows workers are set up for mke alone",
  ],
  [
    "a join secret without MKE",
    { engine: "kubernetes", join },
    "a join secret and the engine kubernetes: machines join by themselves with mke alone, so leave it out",
  ],
  [
    "a repository without TLS",
    { packages: { ...bare.packages, repository: "http://repos.example" } },
    'packages\' repository "http://repos.example": has to be an https address without a password, since keys of packages come from there',
  ],
  [
    "a repository with a password",
    { packages: { ...bare.packages, repository: "https://u:p@repos.example" } },
    'packages\' repository "https://(hidden)@repos.example": has to be an https address without a password, since keys of packages come from there',
  ],
  [
    "a channel that is none",
    { packages: { ...bare.packages, channel: "stable; reboot" } },
    'packages\' channel "stable; reboot": has to be like stable-25.0.14',
  ],
  [
    "a mirror that would end a string",
    { registryMirrors: ["https://mirror.example/'$(reboot)"] },
    'registry mirror "https://mirror.example/\'$(reboot)": has to be an https address without a password',
  ],
  [
    "a proxy's password",
    { proxy: { ...proxy, url: "http://user:hidden@proxy.example:3128" } },
    `proxy "http://(hidden)@proxy.example:3128": has to be like http://proxy.example:3128, ${noPassword}`,
  ],
  [
    "an exception that is two",
    { proxy: { ...proxy, except: ["a.example,b.example"] } },
    'reached without the proxy "a.example,b.example": has to be a name, a domain with a leading dot, an address or a block',
  ],
  [
    "a private key",
    { certificates: [certificate(64) + key] },
    'certificate "-----BEGIN CERTIFICATE-----...": holds a private key, which user data never may; name certificates alone',
  ],
  [
    "a certificate that is none",
    { certificates: ["MIIB"] },
    'certificate "MIIB": has to be PEM, -----BEGIN CERTIFICATE----- and so on',
  ],
  [
    "a time server that is a list",
    { timeServers: ["10.0.0.1 10.0.0.2"] },
    'time server "10.0.0.1 10.0.0.2": has to be a name or an address',
  ],
  [
    "a secret in place of its name",
    { join: { ...join, name: "SWMTKN-1-3pu6hs" } },
    "join secret: this is a swarm's token itself; put it into the store, and name the place here",
  ],
  [
    "a secret's name that is none",
    { join: { ...join, name: "/bulkhead/$(reboot)" } },
    'join secret "/bulkhead/$(reboot)": has to be the name of one in the cloud\'s store',
  ],
  [
    "a region that is none",
    { join: { ...join, region: "frankfurt" } },
    'join secret\'s region "frankfurt": has to be like eu-central-1',
  ],
  [
    "managers with a port",
    { join: { ...join, managers: "managers.example:2377" } },
    'managers\' name "managers.example:2377": has to be a name that leads to the managers',
  ],
];

describe("a setup of machines", () => {
  for (const [what, change, message] of refused)
    it(`is refused with ${what}`, () => {
      assert.deepEqual(userDataProblems({ ...bare, ...change }), [message]);
      assert.throws(() => userData({ ...bare, ...change }), { message });
    });

  it("says everything at once", () => {
    const setup = { ...full, timeServers: ["a b"], registryMirrors: ["x", "y"] };
    assert.equal(userDataProblems(setup).length, 3);
    assert.throws(() => userData(setup), { message: userDataProblems(setup).join("\n") });
  });

  it("never shows what a private key holds", () => {
    assert.ok(
      !userDataProblems({ ...bare, certificates: [key] })
        .join("")
        .includes("secret"),
    );
  });

  for (const [what, change] of [
    [
      "an IPv6 proxy",
      { proxy: { url: "https://[fd00::1]:3128/", except: ["*.internal", "fd00--1", "10.0.0.1"] } },
    ],
    [
      "a secret's ARN",
      { join: { ...join, name: "arn:aws:ssm:eu-central-1:123456789012:parameter/bulkhead/x" } },
    ],
    ["a region of a government", { join: { ...join, region: "us-gov-west-1" } }],
    ["several certificates in one text", { certificates: [certificate(64) + certificate(65)] }],
    ["an IPv6 time server", { timeServers: ["fd00:ec2::123"] }],
    [
      "an installer of one's own",
      { packages: { ...bare.packages, installer: "https://m.example/install.ps1" } },
    ],
  ] satisfies readonly (readonly [string, Partial<MachineSetup>])[])
    it(`is taken with ${what}`, () => {
      assert.deepEqual(userDataProblems({ ...bare, ...change }), []);
    });
});
