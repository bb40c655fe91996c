import assert from "node:assert/strict";
import { stringify } from "yaml";
import type { Overlay } from "../../../../components/plan/index.ts";
import { forwardingOf } from "../../../../components/proof/aws/index.ts";
import { userData, type MachineSetup } from "../../../../components/userData/index.ts";

const path = "/etc/bulkhead/firewall.nft";
const unit = (more = "") => ({
  path: "/etc/systemd/system/host-firewall.service",
  content: `[Service]\nType=oneshot\nExecStart=/usr/sbin/nft -f ${path}\n${more}\n[Install]\nWantedBy=sysinit.target\n`,
});
const started = [["systemctl", "enable", "--now", "host-firewall.service"]];

const cloudConfig = (
  ruleset: string,
  more: { files?: object[]; runcmd?: unknown[]; bootcmd?: unknown[] } = {},
) => {
  const { files = [unit()], runcmd = started, bootcmd } = more;
  return `#cloud-config\n${stringify({ bootcmd, write_files: [{ path, content: ruleset }, ...files], runcmd }, { version: "1.1" })}`;
};

const chain = (rules: string, { family = "inet", priority = "-10", policy = "accept" } = {}) => `
add table ${family} host
delete table ${family} host
table ${family} host {
  chain forward {
    type filter hook forward priority ${priority}; policy ${policy};
    ${rules.replaceAll(/ *\n */g, "\n    ")}
  }
}
`;

/** Whether it is certain that nothing is forwarded, and else why not. */
function read(text: string, overlay: Overlay = "ipip"): true | string {
  const { forwarding, assumptions } = forwardingOf(new Map([["m", { text }]]), overlay);
  if (forwarding.get("m") === false) return true;
  assert.equal(forwarding.get("m"), undefined);
  const [, why] = /forward nothing of the overlay: (.*)$/.exec(assumptions.at(-1)?.text ?? "") ?? [];
  return why ?? "";
}

const ruled = (ruleset: string, overlay?: Overlay) => read(cloudConfig(ruleset), overlay);
const open = `${path} does not drop all that comes out of the overlay and goes elsewhere than to pods`;
const notUnderstood = (what: string) => `${path} has something that the proof does not understand: ${what}`;

describe("a machine's own firewall", () => {
  it("keeps it from forwarding where all from the overlay is dropped but for its own pods", () => {
    for (const ruleset of [
      chain('iifname "tunl0" oifname != "cali*" drop'),
      chain('iifname tunl0 oifname != cali* counter log prefix "overlay " drop comment "no way round"'),
      chain(
        'meta iifname { "tunl0", "vxlan.calico" } meta oifname != { "cali*" } counter packets 0 bytes 0 drop',
      ),
      chain('iifname "tunl0" oifname "cali*" accept\niifname "tunl0" drop'),
      chain('iifname "tunl0" oifname "cali*" accept\niifname "tunl0" reject with icmp type admin-prohibited'),
      chain('iifname != "tunl0" accept\noifname "cali*" accept', { policy: "drop" }),
      chain('iifname "tunl0" oifname "tunl0" drop\niifname "tunl0" oifname != { "tunl0", "cali*" } drop'),
      // Answers to what was dropped there are none.
      chain(
        'iifname "tunl0" ct direction reply ct state established,related accept\niifname "tunl0" oifname != "cali*" drop',
      ),
      // What is about some packets alone and drops them changes nothing.
      chain('iifname "tunl0" ct state invalid drop\niifname "tunl0" oifname != "cali*" drop'),
      chain('iifname "tunl0" oifname != "cali*" drop', { priority: "filter - 5" }),
      // Others may be as open as they like: to be dropped once is enough.
      `table ip other { chain f { type filter hook forward priority 0; policy accept; accept; }; }${chain('iifname "tunl0" oifname != "cali*" drop')}`,
      'define overlay = "tunl0"\ndefine pods = { "cali*" }' + chain("iifname $overlay oifname != $pods drop"),
      chain('iifname "tunl0" oifname != "cali*" drop', { family: "ip" }),
      `table inet host {
        set seen { type ipv4_addr; flags timeout; }
        chain strays { oifname "cali*" return; drop; }
        chain forward { type filter hook forward priority -10; iifname "tunl0" jump strays; }
      }`,
    ])
      assert.equal(ruled(ruleset), true, ruleset);
  });

  it("does not where some of it may pass", () => {
    for (const ruleset of [
      chain(""),
      chain('iifname "tunl0" oifname "tunl0" drop'),
      chain('iifname "tunl0" oifname != { "cali*", "eth0" } drop'),
      chain('iifname "tunl0" oifname != "c*" drop'),
      chain('iifname "tunl1" oifname != "cali*" drop'),
      chain('iifname "tunl0" oifname "eth0" accept\niifname "tunl0" oifname != "cali*" drop'),
      chain('accept\niifname "tunl0" oifname != "cali*" drop'),
      chain('iifname "tunl0" ct state new drop'),
      chain('iifname "tunl0" oifname != "cali*" counter'),
      chain('iifname "tunl0" oifname != "cali*" drop').replace("hook forward", "hook input"),
      chain('iifname "tunl0" oifname != "cali*" drop').replace("type filter", "type route"),
      chain('iifname "tunl0" oifname != "cali*" drop', { family: "ip6" }),
      chain('# iifname "tunl0" oifname != "cali*" drop'),
      `${chain('iifname "tunl0" oifname != "cali*" drop')}delete table inet host\n`,
      `${chain('iifname "tunl0" oifname != "cali*" drop')}flush ruleset\n`,
      `table inet host { chain aside { iifname "tunl0" oifname != "cali*" drop; }; }\n`,
    ])
      assert.equal(ruled(ruleset), open, ruleset);
  });

  it("is about what the overlay is: other devices, and with VXLAN IPv6 as well", () => {
    const vxlan = 'iifname "vxlan.calico" oifname != "cali*" drop';
    assert.equal(ruled(chain(vxlan), "vxlan"), true);
    assert.equal(ruled(chain(vxlan), "ipip"), open);
    assert.equal(ruled(chain(vxlan, { family: "ip" }), "vxlan"), open);
    assert.equal(ruled(chain(vxlan, { family: "ip" }) + chain(vxlan, { family: "ip6" }), "vxlan"), true);
  });

  it("is not known where it says what the proof does not understand before it drops", () => {
    const drop = 'iifname "tunl0" oifname != "cali*" drop';
    for (const [ruleset, what] of [
      [chain(`iifname "tunl0" ip saddr 10.0.0.0/8 accept\n${drop}`), '"ip" in a rule is not understood'],
      [
        chain(`iifname "tunl0" ct state established,related accept\n${drop}`),
        'a rule that ends in "accept" is about some connections alone',
      ],
      [chain(`iifname "tunl0" meta mark 1 accept\n${drop}`), '"meta" in a rule is not understood'],
      [chain(`iifname @some drop\n${drop}`), "@some is not understood"],
      [chain(`iifname $some drop\n${drop}`), "there is no $some"],
      [chain(`iifname "tunl0" jump elsewhere\n${drop}`), "there is no chain elsewhere"],
      [`include "/etc/more.nft"\n${chain(drop)}`, '"include" is not understood'],
      [
        `table inet fast { flowtable f { hook ingress priority 0; devices = { eth0 }; }; }\n${chain(drop)}`,
        '"flowtable" in a table is not understood',
      ],
      [
        chain(drop).replace("chain forward", "flags dormant\n  chain forward"),
        '"flags" in a table is not understood',
      ],
      [chain(drop).trimEnd().slice(0, -1), "it ends too early"],
      [
        "table inet host { chain a { jump a; type filter hook forward priority 0; }; }",
        "a chain leads to itself",
      ],
    ] as const)
      assert.equal(ruled(ruleset), notUnderstood(what), ruleset);
    // After it, it does not matter.
    assert.equal(ruled(chain(`${drop}\nip saddr 10.0.0.0/8 accept`)), true);
  });
});

describe("user data", () => {
  const ruleset = chain('iifname "tunl0" oifname != "cali*" drop');

  it("load the firewall by a service that they enable and start, themselves or by what they start", () => {
    const script = {
      path: "/usr/local/sbin/setup",
      content: "#!/bin/sh\nset -e\nsystemctl enable --now host-firewall.service\n",
    };
    const setup = {
      path: "/etc/systemd/system/setup.service",
      content: "[Service]\nExecStart=/usr/local/sbin/setup\n",
    };
    for (const more of [
      {},
      { runcmd: ["systemctl enable --now host-firewall"] },
      { runcmd: ["systemctl enable --now other.service host-firewall.service"] },
      { runcmd: ["systemctl enable host-firewall", "systemctl start host-firewall"] },
      { runcmd: ["systemctl enable host-firewall", `nft -f ${path}`] },
      { runcmd: [], bootcmd: started },
      { files: [unit(), script], runcmd: [["sh", "/usr/local/sbin/setup"]] },
      { files: [unit(), script, setup], runcmd: [["systemctl", "enable", "--now", "setup.service"]] },
    ])
      assert.equal(read(cloudConfig(ruleset, more)), true, JSON.stringify(more));
  });

  it("do not where it is not loaded now, or not at the next start", () => {
    const inFunction = {
      path: "/s",
      content: "#!/bin/sh\nf() {\n  systemctl enable --now host-firewall.service\n}\n",
    };
    for (const more of [
      { files: [] },
      { runcmd: [] },
      { runcmd: [["systemctl", "enable", "host-firewall.service"]] },
      { runcmd: [["systemctl", "start", "host-firewall.service"]] },
      { runcmd: [`nft -f ${path}`] },
      { runcmd: ["systemctl enable --now other.service"] },
      { runcmd: ["echo systemctl enable --now host-firewall.service"] },
      { files: [unit(), inFunction], runcmd: ["/s"] },
      { files: [{ ...unit(), content: unit().content.replace("WantedBy", "#WantedBy") }] },
      { files: [{ ...unit(), content: unit().content.replace("nft -f", "nft -c -f") }] },
      { files: [{ ...unit(), encoding: "gzip" }] },
    ])
      assert.equal(
        read(cloudConfig(ruleset, more)),
        `no enabled service of theirs loads ${path} at every start`,
        JSON.stringify(more),
      );
  });

  it("do not where they are no cloud-config, write no such file or take its rules out again", () => {
    assert.equal(read("#!/bin/sh\n"), "it is no cloud-config");
    assert.equal(read("<powershell>\n</powershell>\n"), "it is no cloud-config");
    assert.equal(read("#cloud-config\n{ a: [\n"), "it is no YAML");
    assert.equal(read("#cloud-config\nruncmd: []\n"), `they write no ${path}, or not as plain text`);
    const encoded = cloudConfig(ruleset, { files: [unit(), { path, encoding: "b64", content: "YQ==" }] });
    assert.equal(read(encoded), `they write no ${path}, or not as plain text`);
    for (const command of [
      "nft flush ruleset",
      "/usr/sbin/nft delete table inet host",
      ["nft", "flush", "ruleset"],
    ])
      assert.equal(
        read(cloudConfig(ruleset, { runcmd: [...started, command] })),
        "something in them takes rules out of the kernel again",
      );
  });

  const setup: MachineSetup = {
    family: "ubuntu",
    role: "manager",
    engine: "mke",
    overlay: "ipip",
    packages: { repository: "https://repos.mirantis.com", channel: "stable-25.0.14" },
    registryMirrors: [],
    certificates: [],
    timeServers: [],
  };

  for (const family of ["ubuntu", "rhel"] as const)
    for (const overlay of ["ipip", "vxlan"] as const)
      it(`of our own for ${family} with ${overlay} show that nothing is forwarded, and for the other overlay do not`, () => {
        const text = userData({ ...setup, family, overlay });
        assert.equal(read(text, overlay), true);
        assert.equal(read(text, overlay === "ipip" ? "vxlan" : "ipip"), open);
      });

  it("of our own for Windows show nothing of it", () => {
    assert.equal(
      read(userData({ ...setup, family: "windows", role: "worker", overlay: "vxlan" }), "vxlan"),
      "it is no cloud-config",
    );
  });

  it("are spoken of once for machines that are alike", () => {
    const machines = new Map(
      ["a", "b", "c", "d", "e"].map((name) => [name, { text: "#!/bin/sh\n" }] as const),
    );
    assert.deepEqual(
      forwardingOf(machines, "ipip").assumptions.map(({ text }) => text),
      [
        "the user data of a, b, c and 2 more do not show that they forward nothing of the overlay: it is no cloud-config",
      ],
    );
  });
});
