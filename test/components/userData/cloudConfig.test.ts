import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { array, literal, optional, parse, strictObject, string, pipe, regex } from "valibot";
import { userData, type MachineSetup } from "../../../components/userData/index.ts";
import { notRun, requires } from "../../support/machine.ts";
import { bare, certificate, fileOf, filesOf, full, linux, readCloudConfig } from "./setups.ts";

/** As cloud-init's own schema has the keys that are used: cloudinit/config/schemas/schema-cloud-config-v1.json. */
const keys = strictObject({
  ntp: optional(strictObject({ enabled: literal(true), servers: array(string()) })),
  write_files: array(
    strictObject({
      path: pipe(string(), regex(/^\/(etc|usr\/local)\/[\w./-]+$/)),
      content: string(),
      permissions: optional(literal("0755")),
    }),
  ),
  runcmd: array(array(string())),
});

const setups: readonly MachineSetup[] = linux.flatMap((family) =>
  [bare, full, { ...bare, engine: "kubernetes" as const, registryMirrors: full.registryMirrors }].map(
    (setup) => ({ ...setup, family }),
  ),
);

const scriptOf = (setup: MachineSetup) => fileOf(setup, "/usr/local/sbin/bulkhead-setup");

describe("the cloud-config of a Linux machine", () => {
  it("has the keys that cloud-init knows, and none else", () => {
    for (const setup of setups) parse(keys, readCloudConfig(userData(setup)));
  });

  it("says the same to a reader of YAML 1.1 that is not ours", function () {
    requires(this, "python3");
    const program = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    if (spawnSync("python3", ["-c", "import yaml"]).status !== 0) notRun(this, "python3 has no module yaml");
    for (const setup of setups) {
      const input = userData(setup);
      const { stdout } = spawnSync("python3", ["-c", program], { input, encoding: "utf8" });
      assert.deepEqual(JSON.parse(stdout), readCloudConfig(input));
    }
  });

  it("writes each file once, and starts the services that it writes", () => {
    for (const setup of setups) {
      const { write_files: files, runcmd } = readCloudConfig(userData(setup));
      const paths = files.map(({ path }) => path);
      assert.deepEqual(paths, [...new Set(paths)]);
      assert.deepEqual(runcmd, [
        ["systemctl", "daemon-reexec"],
        ...["setup", ...(setup.join === undefined ? [] : ["join"])].map((name) => [
          "systemctl",
          "enable",
          "--now",
          `bulkhead-${name}.service`,
        ]),
      ]);
      for (const [, , , unit] of runcmd.slice(1))
        assert.ok(paths.includes(`/etc/systemd/system/${unit ?? ""}`), unit);
    }
  });

  it("has shell scripts that shellcheck passes", function () {
    requires(this, "shellcheck");
    for (const setup of setups) {
      const { status, stdout } = spawnSync("shellcheck", ["-"], { input: scriptOf(setup), encoding: "utf8" });
      assert.equal(status, 0, stdout);
    }
  });

  it("has shell scripts that bash and dash read", function () {
    requires(this, "bash", "dash");
    for (const shell of ["bash", "dash"])
      for (const setup of setups) {
        const { status, stderr } = spawnSync(shell, ["-n"], { input: scriptOf(setup), encoding: "utf8" });
        assert.equal(status, 0, stderr);
      }
  });

  it("keeps the engine from starting without the firewall, which is there before the network", () => {
    for (const setup of setups) {
      const unit = setup.engine === "mke" ? "docker" : "containerd";
      const guard = fileOf(setup, `/etc/systemd/system/${unit}.service.d/bulkhead.conf`);
      assert.match(guard, /^Requires=bulkhead-firewall\.service$/m);
      assert.match(guard, /^After=bulkhead-firewall\.service$/m);
      const firewall = fileOf(setup, "/etc/systemd/system/bulkhead-firewall.service");
      assert.match(firewall, /^Before=network-pre\.target /m);
      assert.match(firewall, /^WantedBy=sysinit\.target$/m);
      assert.match(firewall, /^DefaultDependencies=no$/m);
    }
  });

  it("takes a repository with a slash at its end for the same without", () => {
    const packages = { ...bare.packages, repository: `${bare.packages.repository}/` };
    for (const family of linux)
      assert.equal(scriptOf({ ...bare, family, packages }), scriptOf({ ...bare, family }));
  });

  it("has containerd serve Kubernetes, and ask mirrors of Docker Hub where there are any", () => {
    const kubernetes = { ...bare, engine: "kubernetes" } as const;
    const hosts = "/etc/containerd/certs.d/docker.io/hosts.toml";
    assert.equal(filesOf(kubernetes).has(hosts), false);
    const mirrored = fileOf({ ...kubernetes, registryMirrors: full.registryMirrors }, hosts);
    assert.deepEqual(
      [...mirrored.matchAll(/^\[host\."(.*)"\]$/gm)].map(([, mirror]) => mirror),
      full.registryMirrors,
    );
    const config = fileOf(kubernetes, "/etc/containerd/config.toml");
    assert.match(config, /^config_path = "\/etc\/containerd\/certs\.d"$/m);
    assert.ok(!config.includes("disabled_plugins"));
    assert.equal(filesOf(bare).has("/etc/docker/daemon.json"), false);
  });

  it("says a proxy to every service and to apt, with what is reached without it", () => {
    const services = fileOf(full, "/etc/systemd/system.conf.d/bulkhead-proxy.conf");
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"])
      assert.ok(services.includes(`"${name}=http://proxy.bank.example:3128"`), name);
    for (const name of ["NO_PROXY", "no_proxy"])
      assert.ok(
        services.includes(
          `"${name}=localhost,127.0.0.1,169.254.169.254,.internal,10.0.0.0/8,packages.bank.example,mirror.bank.example"`,
        ),
        name,
      );
    const apt = fileOf(full, "/etc/apt/apt.conf.d/90bulkhead-proxy");
    assert.match(apt, /^Acquire::https::Proxy "http:\/\/proxy\.bank\.example:3128";$/m);
    assert.match(apt, /^Acquire::https::Proxy::packages\.bank\.example "DIRECT";$/m);
    assert.ok(!/proxy/i.test(userData(bare)));
  });

  it("gives back what was written, through YAML and JSON", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const url = name.map((text) => `https://${text}.example`);
    fc.assert(
      fc.property(
        fc.constantFrom(...linux),
        fc.array(url, { maxLength: 3 }),
        fc.array(name, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 3 }),
        fc.stringMatching(/^\/[\w./-]{1,60}$/),
        (family, registryMirrors, timeServers, sizes, secret) => {
          const certificates = sizes.map((size) => certificate(size));
          const join = { ...full.join, name: secret } as NonNullable<MachineSetup["join"]>;
          const setup = { ...bare, family, registryMirrors, timeServers, certificates, join };
          assert.deepEqual(readCloudConfig(userData(setup)).ntp?.servers, timeServers);
          const files = filesOf(setup);
          const daemon = files.get("/etc/docker/daemon.json") ?? '{"registry-mirrors":[]}';
          assert.deepEqual(JSON.parse(daemon), { "registry-mirrors": registryMirrors });
          const trusted = [...files].filter(([path]) => path.endsWith(".crt")).map(([, content]) => content);
          assert.deepEqual(trusted, certificates);
          const asked = JSON.parse(files.get("/etc/bulkhead/join.json") ?? "") as { request: unknown };
          assert.deepEqual(asked.request, { Name: secret, WithDecryption: true });
        },
      ),
    );
  });
});
