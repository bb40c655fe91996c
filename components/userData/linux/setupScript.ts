import { shellWord } from "../quote.ts";
import type { MachineSetup } from "../setup.ts";
import { engineFiles, engineUnit } from "./engine.ts";
import type { File } from "./file.ts";
import { proxyFiles } from "./proxy.ts";
import { trustCommand, trustFiles } from "./trust.ts";

export type LinuxSetup = MachineSetup & { readonly family: "ubuntu" | "rhel" };

export const setupPath = "/usr/local/sbin/bulkhead-setup";

/** Installs what is not there yet; at each boot, so that one which failed is made good by the next. */
export function setupScript(setup: LinuxSetup): File {
  const { family, certificates } = setup;
  const trust = certificates.length === 0 ? [] : [trustCommand[family]];
  const parts = [
    head(setup),
    ...(family === "rhel" && setup.proxy !== undefined ? [yumProxy(setup.proxy.url)] : []),
    [
      ...trust,
      "command -v nft >/dev/null || install nftables",
      "# Before all that makes a machine forward; without it nothing more is done.",
      "systemctl enable --now bulkhead-firewall.service",
    ].join("\n"),
    ...(family === "rhel" && setup.sessionAgent !== undefined ? [sessionAgent(setup.sessionAgent)] : []),
    packagesOf(setup),
    settled(setup),
  ];
  return { path: setupPath, permissions: "0755", content: `${parts.join("\n\n")}\n` };
}

const head = ({ family }: LinuxSetup): string => `#!/bin/sh
# Run at each boot. What is there already stays as it is.
set -eu
export HOME=/root

again() {
  for pause in 10 30 60 120; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}

${family === "ubuntu" ? aptInstall : dnfInstall}`;

// A lock on the lists is not waited for, and an installation that was cut off has to be ended first.
const aptInstall = `export DEBIAN_FRONTEND=noninteractive
install() {
  dpkg --configure -a
  again apt-get -q update
  again apt-get -qy -o DPkg::Lock::Timeout=300 install "$@"
}
installed() {
  [ "$(dpkg-query -W -f '\${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}`;

const dnfInstall = `install() {
  again dnf -y install "$@"
}
installed() {
  rpm -q "$1" >/dev/null
}`;

/** dnf.conf(5); services have it from systemd as well, people do not. */
const yumProxy = (url: string): string => `proxy=proxy=${shellWord(url)}
if ! grep -qxF "$proxy" /etc/dnf/dnf.conf; then
  sed -i '/^proxy *=/d' /etc/dnf/dnf.conf
  # [main] is the only section that it comes with.
  printf '\\n%s\\n' "$proxy" >>/etc/dnf/dnf.conf
fi`;

const sessionAgent = (url: string): string => `installed amazon-ssm-agent || install ${shellWord(url)}
systemctl enable --now amazon-ssm-agent.service`;

function packagesOf(setup: LinuxSetup): string {
  // The distributions of the RHEL family have no containerd; the repository of the engine has it.
  if (setup.engine === "kubernetes" && setup.family === "ubuntu")
    return "installed containerd || install containerd";
  const packages = setup.engine === "mke" ? "containerd.io docker-ee" : "containerd.io";
  const main = packages.split(" ").at(-1) ?? "";
  const { channel } = setup.packages;
  const repository = setup.packages.repository.replace(/\/+$/, "");
  return `if ! installed ${main}; then
  repository=${shellWord(repository)}
  channel=${shellWord(channel)}
  # shellcheck source=/dev/null
  . /etc/os-release
${setup.family === "ubuntu" ? aptRepository : yumRepository}
  install ${packages}
fi`;
}

/*
 * Both as Mirantis/launchpad@4f64206 has them, pkg/configurer/ubuntu/ubuntu.go and
 * pkg/configurer/enterpriselinux/el.go. There is no fingerprint to hold a key to: TLS vouches for it.
 */
const aptRepository = `  key=/usr/share/keyrings/mirantis-archive-keyring.gpg
  again curl -fsSL -o /run/bulkhead-key "$repository/ubuntu/gpg"
  gpg --batch --yes --dearmor -o "$key" /run/bulkhead-key
  chmod 0644 "$key"
  cat >/etc/apt/sources.list.d/mirantis.sources <<END
Types: deb
URIs: $repository/ubuntu
Suites: $VERSION_CODENAME
Components: $channel
Signed-by: $key
END`;

const yumRepository = `  case $ID in
  ol) system=oraclelinux ;;
  *) system=$ID ;;
  esac
  cat >/etc/yum.repos.d/docker-ee.repo <<END
[mirantis]
name=Mirantis Container Runtime
baseurl=$repository/$system/\\$releasever/\\$basearch/$channel
enabled=1
gpgcheck=1
gpgkey=$repository/$system/gpg
END`;

/** Starts the engine, and again where its settings are not those that it was started with: an image may bring it. */
function settled(setup: LinuxSetup): string {
  const files = [...engineFiles(setup), ...proxyFiles(setup), ...trustFiles(setup.family, setup.certificates)]
    .map(({ path }) => path)
    .filter((path) => !path.startsWith("/etc/apt/"));
  const unit = engineUnit(setup.engine);
  const agents = "amazon-ssm-agent.service snap.amazon-ssm-agent.amazon-ssm-agent.service";
  return `systemctl enable --now ${unit}
mkdir -p /var/lib/bulkhead
settings=$(sha256sum ${files.join(" ")})
if [ "$settings" != "$(cat /var/lib/bulkhead/settings 2>/dev/null)" ]; then
  systemctl restart ${unit}
${setup.proxy === undefined ? "" : `  systemctl try-restart ${agents}\n`}  printf '%s\\n' "$settings" >/var/lib/bulkhead/settings
fi`;
}

export const setupUnit: File = {
  path: "/etc/systemd/system/bulkhead-setup.service",
  content: `[Unit]
Description=Packages and settings of this machine
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${setupPath}

[Install]
WantedBy=multi-user.target
`,
};
