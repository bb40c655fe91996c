import type { MachineSetup } from "../setup.ts";
import type { File } from "./file.ts";

export const engineUnit = (engine: MachineSetup["engine"]): string =>
  engine === "mke" ? "docker.service" : "containerd.service";

/** The engine's settings, which are there before it is installed. */
export function engineFiles({ engine, registryMirrors }: MachineSetup): File[] {
  const unit = engineUnit(engine);
  // The engine makes the machine forward, so it does not start where the firewall does not.
  const guard: File = {
    path: `/etc/systemd/system/${unit}.d/bulkhead.conf`,
    content: "[Unit]\nRequires=bulkhead-firewall.service\nAfter=bulkhead-firewall.service\n",
  };
  return [guard, ...(engine === "mke" ? dockerFiles(registryMirrors) : containerdFiles(registryMirrors))];
}

/** https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file */
const dockerFiles = (mirrors: readonly string[]): File[] =>
  mirrors.length === 0
    ? []
    : [
        {
          path: "/etc/docker/daemon.json",
          content: `${JSON.stringify({ "registry-mirrors": mirrors }, undefined, 2)}\n`,
        },
      ];

/**
 * Written in any case: what the package containerd.io brings turns off Kubernetes' part, and kubelet counts on systemd
 * for cgroups (https://kubernetes.io/docs/setup/production-environment/container-runtimes/#containerd). Containerd 2
 * still reads version 2. Mirrors are for Docker Hub alone, as dockerd's are:
 * https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
const containerdFiles = (mirrors: readonly string[]): File[] => [
  {
    path: "/etc/containerd/config.toml",
    content: `version = 2

[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "/etc/containerd/certs.d"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = true
`,
  },
  ...(mirrors.length === 0 ? [] : [containerdMirrors(mirrors)]),
];

const containerdMirrors = (mirrors: readonly string[]): File => ({
  path: "/etc/containerd/certs.d/docker.io/hosts.toml",
  content: [
    'server = "https://registry-1.docker.io"\n',
    ...mirrors.map((mirror) => `[host.${JSON.stringify(mirror)}]\ncapabilities = ["pull", "resolve"]\n`),
  ].join("\n"),
});
