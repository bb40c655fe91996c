import assert from "node:assert/strict";
import type { MachineSetup } from "../../../components/userData/index.ts";
import { requires } from "../../support/machine.ts";
import { asMachine, machinePrograms } from "./machine.ts";
import { bare, certificate, full, linux } from "./setups.ts";

/** Says what it is asked for, and does no more. */
const said = '#!/bin/sh\necho "${0##*/} $*" >>/run/said\n';
/** Packages are files in a folder. */
const packages = `${said}for last; do :; done
case " $* " in *" install "*) ;; *) exit 0 ;; esac
[ ! -e "/run/broken" ] || exit 100
mkdir -p /run/packages
for each; do : >"/run/packages/\${each##*/}"; done
`;
const asked = `#!/bin/sh\nfor last; do :; done\n[ -e "/run/packages/$last" ] && printf installed\n`;

const programs = {
  "apt-get": packages,
  dnf: packages,
  dpkg: said,
  "dpkg-query": asked,
  rpm: asked,
  curl: `${said}[ "$2" = -o ] && echo key >"$3"\n`,
  gpg: `${said}while [ "$1" != -o ]; do shift; done; cp "$3" "$2"\n`,
  nft: said,
  sleep: said,
  systemctl: `${said}case "$*" in *"$(cat /run/failing 2>/dev/null || echo none)"*) exit 1 ;; esac\n`,
  "update-ca-certificates": said,
  "update-ca-trust": said,
};

const setupOf = (family: "ubuntu" | "rhel"): MachineSetup => ({
  ...full,
  family,
  sessionAgent: "https://packages.bank.example/amazon-ssm-agent.rpm",
});

const run = "/usr/local/sbin/bulkhead-setup";

describe("the script that sets a machine up", function () {
  this.timeout(30_000);
  before(function () {
    requires(this, ...machinePrograms);
  });

  const lines = async (setup: MachineSetup, sh: string): Promise<string[]> => {
    const os = `mkdir -p /etc/apt/sources.list.d /etc/yum.repos.d /etc/dnf /usr/share/keyrings
      printf '[main]\\ngpgcheck=1\\nproxy = http://old.example' >/etc/dnf/dnf.conf
      echo 'ID=ol VERSION_CODENAME=noble' | tr ' ' '\\n' >/tmp/os && rm -f /etc/os-release && cp /tmp/os /etc/os-release
      : >/run/said\n`;
    const { stdout, stderr } = await asMachine(setup, os.replaceAll("/tmp/os", "/run/os") + sh, programs);
    assert.equal(stderr, "");
    return stdout.trimEnd().split("\n");
  };

  it("trusts, then closes, then installs the engine and starts it, on Ubuntu", async () => {
    assert.deepEqual(
      await lines(
        setupOf("ubuntu"),
        `${run}; cat /run/said; cat /etc/apt/sources.list.d/mirantis.sources /usr/share/keyrings/mirantis-archive-keyring.gpg`,
      ),
      [
        "update-ca-certificates ",
        "systemctl enable --now bulkhead-firewall.service",
        "curl -fsSL -o /run/bulkhead-key https://packages.bank.example/mirantis/ubuntu/gpg",
        "gpg --batch --yes --dearmor -o /usr/share/keyrings/mirantis-archive-keyring.gpg /run/bulkhead-key",
        "dpkg --configure -a",
        "apt-get -q update",
        "apt-get -qy -o DPkg::Lock::Timeout=300 install containerd.io docker-ee",
        "systemctl enable --now docker.service",
        "systemctl restart docker.service",
        "systemctl try-restart amazon-ssm-agent.service snap.amazon-ssm-agent.amazon-ssm-agent.service",
        "Types: deb",
        "URIs: https://packages.bank.example/mirantis/ubuntu",
        "Suites: noble",
        "Components: stable-25.0.14",
        "Signed-by: /usr/share/keyrings/mirantis-archive-keyring.gpg",
        "key",
      ],
    );
  });

  it("trusts, then closes, then installs the engine and starts it, on the RHEL family", async () => {
    assert.deepEqual(
      await lines(setupOf("rhel"), `${run}; cat /run/said /etc/yum.repos.d/docker-ee.repo /etc/dnf/dnf.conf`),
      [
        "update-ca-trust extract",
        "systemctl enable --now bulkhead-firewall.service",
        "dnf -y install https://packages.bank.example/amazon-ssm-agent.rpm",
        "systemctl enable --now amazon-ssm-agent.service",
        "dnf -y install containerd.io docker-ee",
        "systemctl enable --now docker.service",
        "systemctl restart docker.service",
        "systemctl try-restart amazon-ssm-agent.service snap.amazon-ssm-agent.amazon-ssm-agent.service",
        "[mirantis]",
        "name=Mirantis Container Runtime",
        "baseurl=https://packages.bank.example/mirantis/oraclelinux/$releasever/$basearch/stable-25.0.14",
        "enabled=1",
        "gpgcheck=1",
        "gpgkey=https://packages.bank.example/mirantis/oraclelinux/gpg",
        "[main]",
        "gpgcheck=1",
        "",
        "proxy=http://proxy.bank.example:3128",
      ],
    );
  });

  for (const family of linux) {
    it(`installs and restarts nothing when it runs again, for ${family}`, async () => {
      // With the moment of each file's last change.
      const written = `find "$memory" -path '*/up/*' -type f -printf '%P %T@\\n' | sort`;
      const again = await lines(
        // The agent's package is named by its file.
        setupOf(family),
        `${run}; mv /run/packages/amazon-ssm-agent.rpm /run/packages/amazon-ssm-agent 2>/dev/null || :
         : >/run/said; ${written} >/run/once; ${run}; cat /run/said; ${written} | diff /run/once - || :
         grep -c bulkhead /run/once >/dev/null`,
      );
      assert.deepEqual(again, [
        family === "ubuntu" ? "update-ca-certificates " : "update-ca-trust extract",
        "systemctl enable --now bulkhead-firewall.service",
        ...(family === "rhel" ? ["systemctl enable --now amazon-ssm-agent.service"] : []),
        "systemctl enable --now docker.service",
      ]);
    });

    it(`installs no engine where the firewall does not start, and fails, for ${family}`, async () => {
      const steps = await lines(
        { ...bare, family },
        `echo bulkhead-firewall >/run/failing; ${run} || echo "ended with $?" >>/run/said; cat /run/said`,
      );
      assert.deepEqual(steps, ["systemctl enable --now bulkhead-firewall.service", "ended with 1"]);
    });

    it(`tries a package five times, and fails before the engine starts, for ${family}`, async () => {
      const steps = await lines(
        { ...bare, family },
        `: >/run/broken; ${run} || echo "ended with $?" >>/run/said; cat /run/said`,
      );
      assert.deepEqual(
        steps.filter((step) => step.startsWith("sleep")),
        ["sleep 10", "sleep 30", "sleep 60", "sleep 120"],
      );
      assert.equal(steps.at(-1), "ended with 100");
      assert.ok(!steps.join("\n").includes("docker.service"));
    });

    it(`goes on at the next boot where it was cut off, for ${family}`, async () => {
      const steps = await lines(
        { ...bare, family },
        `: >/run/broken; ${run} || :; rm /run/broken; : >/run/said; ${run}; cat /run/said`,
      );
      assert.ok(steps.includes("systemctl restart docker.service"), steps.join("\n"));
    });

    it(`starts the engine anew when its settings are others, for ${family}`, async () => {
      const steps = await lines(
        { ...full, family, certificates: [certificate(64)] },
        `${run}; : >/run/said; echo '{}' >/etc/docker/daemon.json; ${run}; cat /run/said`,
      );
      assert.ok(steps.includes("systemctl restart docker.service"), steps.join("\n"));
    });
  }

  it("installs nftables first where the image has none", async () => {
    const steps = await lines(
      bare,
      `rm /run/programs/nft; mkdir /run/only
       for each in sh cat mkdir chmod cp echo sha256sum touch; do ln -s "$(command -v $each)" /run/only; done
       PATH=/run/programs:/run/only ${run}; cat /run/said`,
    );
    assert.deepEqual(steps.slice(0, 4), [
      "dpkg --configure -a",
      "apt-get -q update",
      "apt-get -qy -o DPkg::Lock::Timeout=300 install nftables",
      "systemctl enable --now bulkhead-firewall.service",
    ]);
  });

  it("installs the distribution's containerd alone for Kubernetes, and on the RHEL family the repository's", async () => {
    const ubuntu = await lines({ ...bare, engine: "kubernetes" }, `${run}; cat /run/said`);
    assert.deepEqual(ubuntu.slice(-3), [
      "apt-get -qy -o DPkg::Lock::Timeout=300 install containerd",
      "systemctl enable --now containerd.service",
      "systemctl restart containerd.service",
    ]);
    assert.ok(!ubuntu.join("\n").includes("mirantis"));
    const rhel = await lines({ ...bare, family: "rhel", engine: "kubernetes" }, `${run}; cat /run/said`);
    assert.ok(rhel.includes("dnf -y install containerd.io"));
  });
});
