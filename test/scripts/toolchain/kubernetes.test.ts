import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { publishedChecksum } from "../../../scripts/toolchain/release.ts";
import { Clone, fakePrograms, kubernetesPrograms } from "../../support/clone.ts";
import { notRun } from "../../support/machine.ts";
import { serve, sha256, type Server } from "./server.ts";

const version = "v1.37.2";
const architecture = process.arch === "x64" ? "amd64" : process.arch;
const etcd = `etcd-v3.7.3-linux-${architecture}`;
const kwok = `kwok-linux-${architecture}`;
const places = {
  kubernetes: `/${version}/bin/linux/${architecture}`,
  etcd: "/etcd-io/etcd/releases/download/v3.7.3",
  kwok: "/kubernetes-sigs/kwok/releases/download/v0.8.0",
};
const wrong = "ab".repeat(32);

/** Leaves the choice to setup, unlike a clone's own environment. */
const unforced = { BULKHEAD_KUBERNETES: "" };

const says = (name: string) => `#!/bin/sh\necho "the official ${name}"\n`;

/** Everything that the projects publish, each with its checksums as the project writes them. */
function published(clone: Clone): Record<string, string | Buffer> {
  clone.folder.write({ [`release/${etcd}/etcd`]: says("etcd"), [`release/${etcd}/README.md`]: "Read me" });
  const packed = path.join(clone.folder.path, "etcd.tar.gz");
  spawnSync("tar", ["-czf", packed, "-C", path.join(clone.folder.path, "release"), etcd]);
  const archive = readFileSync(packed);
  const files: Record<string, string | Buffer> = {
    [`${places.etcd}/${etcd}.tar.gz`]: archive,
    [`${places.etcd}/SHA256SUMS`]: `${"0".repeat(64)}  other.tar.gz\n${sha256(archive)}  ${etcd}.tar.gz\n`,
    [`${places.kwok}/${kwok}`]: says("kwok"),
    [`${places.kwok}/${kwok}.sha256`]: `${sha256(says("kwok"))}  ${kwok}\n`,
  };
  for (const name of kubernetesPrograms.filter((program) => program.startsWith("kube"))) {
    files[`${places.kubernetes}/${name}`] = says(name);
    // The bare sum, without the end of a line.
    files[`${places.kubernetes}/${name}.sha256`] = sha256(says(name));
  }
  return files;
}

const from = ({ url }: Server): NodeJS.ProcessEnv => ({
  ...unforced,
  BULKHEAD_KUBERNETES_RELEASES: url,
  BULKHEAD_GITHUB_RELEASES: url,
});

/** A Go that builds a program which tells the name that it was called by. */
const fakeGo = (builds = ":") => `#!/bin/sh
echo "go $* CGO_ENABLED=$CGO_ENABLED" >>"$CALLS"
case $1 in
list) if [ "$2" != -m ]; then echo a; echo b; fi ;;
build)
  ${builds}
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\necho "the built \${0##*/}"\\n' >"$2"
  chmod +x "$2"
  ;;
esac
`;

function withGo(builds?: string): Clone {
  const clone = Clone.withPulumi();
  clone.folder.write({ "bin/go": fakeGo(builds) });
  return clone;
}

const cached = (clone: Clone): string[] =>
  readdirSync(clone.cache).filter((name) => /^(kubernetes|go|\.part)-/.test(name));
const folderIn = (stdout: string): string =>
  /^export BULKHEAD_KUBERNETES_FOLDER='(.*)'$/m.exec(stdout)?.[1] ?? "";
const answers = (folder: string): string[] =>
  kubernetesPrograms.map((name) =>
    spawnSync(path.join(folder, name), [], { encoding: "utf8" }).stdout.trim(),
  );
const reasons = (stderr: string): string[] =>
  stderr.split("\n").filter((line) => line.includes("cannot be had here"));
const builds = (clone: Clone): string[] => clone.calls.filter((call) => call.startsWith("go build"));

describe("Kubernetes' programs", function () {
  this.timeout(30_000);
  before(function () {
    if (process.platform !== "linux") notRun(this, "needs Linux, where the lab is");
  });

  it("are the official releases, checked, each under its usual name and nothing besides", async () => {
    const clone = Clone.withPulumi();
    const { stdout, stderr } = await clone.succeed("setup", ["--env"], from(await serve(published(clone))));
    const folder = folderIn(stdout);
    assert.ok(folder.startsWith(`${clone.cache}/kubernetes-${version}-`), folder);
    assert.deepEqual(readdirSync(folder).sort(), [...kubernetesPrograms].sort());
    assert.deepEqual(
      answers(folder),
      kubernetesPrograms.map((name) => `the official ${name}`),
    );
    assert.match(stderr, new RegExp(`fetching ${etcd}\\.tar\\.gz: done`));
    const pathLine = /^export PATH=.*$/m.exec(stdout)?.[0] ?? "";
    assert.equal(pathLine.includes(folder), false, "kubectl may be the user's own");
  });

  it("are taken from the cache without asking any server again, and setup says which they are", async () => {
    const clone = Clone.withPulumi();
    const server = await serve(published(clone));
    await clone.succeed("setup", [], from(server));
    const before = server.asked.length;
    const { stderr } = await clone.succeed("setup", [], from(server));
    assert.equal(server.asked.length, before);
    assert.match(stderr, /^ready: .*, kubernetes v1\.37\.2, official release, /m);
    assert.deepEqual(reasons(stderr), []);
  });

  for (const [what, file, sums] of [
    ["a program of Kubernetes", "kube-scheduler", `${places.kubernetes}/kube-scheduler.sha256`],
    ["etcd's archive", `${etcd}.tar.gz`, `${places.etcd}/SHA256SUMS`],
    ["kwok", kwok, `${places.kwok}/${kwok}.sha256`],
  ] as const)
    it(`are refused when ${what} has another checksum than the published one, and nothing of them stays`, async () => {
      const clone = withGo();
      const server = await serve({ ...published(clone), [sums]: `${wrong}  ${file}\n` });
      const { code, stderr } = await clone.script("setup", [], from(server));
      assert.equal(code, 1);
      assert.ok(stderr.includes(`/${file} is not the file that was released, so it is not used.`), stderr);
      assert.match(stderr, /found: {5}sha256 [0-9a-f]{64}\n {2}published: sha256 (ab){32} \(http:\S+\)/);
      assert.match(stderr, /from their Go modules instead, set BULKHEAD_KUBERNETES=build/);
      assert.deepEqual([cached(clone), builds(clone)], [[], []]);
    });

  it("are one program, built from its Go modules without C, where no release can be had; Go's caches go away", async () => {
    const clone = withGo();
    const { stdout, stderr } = await clone.succeed("setup", ["--env"], unforced);
    const folder = folderIn(stdout);
    assert.deepEqual(
      answers(folder),
      kubernetesPrograms.map((name) => `the built ${name}`),
    );
    assert.equal(existsSync(path.join(folder, "source")), false);
    assert.equal(reasons(stderr).length, 1);
    assert.match(
      stderr,
      /^the official programs of Kubernetes v1\.37\.2 cannot be had here: http:\/\/127\.0\.0\.1:1\/\S+: \S.*$/m,
    );
    assert.match(
      builds(clone).join("\n"),
      /^go build .*-trimpath .*version\.gitVersion=v1\.37\.2 .*CGO_ENABLED=0$/,
    );
    assert.deepEqual(cached(clone), [path.basename(folder)]);
  });

  it("are built once", async () => {
    const clone = withGo();
    await clone.succeed("setup", [], unforced);
    const { stderr } = await clone.succeed("setup", [], unforced);
    assert.match(stderr, /^ready: .*, kubernetes v1\.37\.2, built from its Go modules, /m);
    assert.deepEqual([builds(clone).length, reasons(stderr)], [1, []]);
  });

  for (const [what, path_, content] of [
    ["a file is missing", `${places.kwok}/${kwok}`, undefined],
    ["a checksum is missing", `${places.kubernetes}/kubectl.sha256`, undefined],
    ["the checksums do not name a file", `${places.etcd}/SHA256SUMS`, `${wrong}  other.tar.gz\n`],
    ["a server answers with something else", `${places.kubernetes}/kubectl.sha256`, "<html>Log in</html>\n"],
  ] as const)
    it(`are built where ${what}, and setup says which`, async () => {
      const clone = withGo();
      const files = published(clone);
      const server = await serve(
        Object.fromEntries(
          Object.entries(files)
            .map(([name, own]) => [name, name === path_ ? content : own] as const)
            .filter((entry): entry is [string, string | Buffer] => entry[1] !== undefined),
        ),
      );
      const { stderr } = await clone.succeed("setup", [], from(server));
      const [reason = "", ...others] = reasons(stderr);
      assert.deepEqual(others, []);
      assert.ok(reason.includes(server.url + path_), reason);
      assert.deepEqual([builds(clone).length, cached(clone).length], [1, 1]);
    });

  it("that cannot be built show what Go wrote and all ways out, and leave nothing", async () => {
    const clone = withGo("echo 'go: no space left on device' >&2; exit 1");
    const { code, stderr } = await clone.script("setup", [], unforced);
    assert.equal(code, 1);
    assert.match(stderr, /error: go build failed:\ngo: no space left on device\nWays out:/);
    assert.deepEqual(
      cached(clone).filter((name) => !name.startsWith("go-")),
      [],
    );
  });

  it("name all ways out where Go is missing too", async () => {
    const clone = Clone.withPulumi();
    const { code, stderr } = await clone.script("setup", [], {
      ...unforced,
      PATH: clone.pathWithout("go"),
    });
    assert.equal(code, 1);
    for (const way of [
      /the official programs of Kubernetes v1\.37\.2 cannot be had here/,
      /Go 1\.\d+\.\d+ or newer is missing/,
      /access to dl\.k8s\.io and github\.com/,
      /BULKHEAD_KUBERNETES_RELEASES and\n {4}BULKHEAD_GITHUB_RELEASES/,
      /a folder that has etcd, .*, kwok in BULKHEAD_KUBERNETES$/m,
      /install a new enough Go/,
    ])
      assert.match(stderr, way);
  });

  it("go away with the cache", async () => {
    const clone = withGo();
    await clone.succeed("setup", [], unforced);
    const { stderr } = await clone.succeed("setup", ["--clean"]);
    assert.doesNotMatch(stderr, /not removed/);
    assert.equal(existsSync(clone.cache), false);
  });

  it("are not prepared for an environment outside the lab", async () => {
    const clone = Clone.withPulumi();
    const { stderr } = await clone.succeed("up", ["staging", "--yes"], { BULKHEAD_KUBERNETES: "official" });
    assert.doesNotMatch(stderr, /kubernetes/);
  });

  describe("with BULKHEAD_KUBERNETES", () => {
    it("official: fails where there is no release, and says why", async () => {
      const clone = withGo();
      const { code, stderr } = await clone.script("setup", [], { BULKHEAD_KUBERNETES: "official" });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /BULKHEAD_KUBERNETES=official, but the official programs of Kubernetes v1\.37\.2 cannot be had here: .*127\.0\.0\.1/,
      );
      assert.match(stderr, /Unset BULKHEAD_KUBERNETES to build them from their Go modules/);
      assert.deepEqual(builds(clone), []);
    });

    it("official: does not take the built ones", async () => {
      const clone = withGo();
      await clone.succeed("setup", [], unforced);
      const env = { ...from(await serve(published(clone))), BULKHEAD_KUBERNETES: "official" };
      assert.match((await clone.succeed("setup", [], env)).stderr, /kubernetes v1\.37\.2, official release/);
    });

    it("build: does not look for a release", async () => {
      const clone = withGo();
      const server = await serve(published(clone));
      const env = { ...from(server), BULKHEAD_KUBERNETES: "build" };
      assert.match((await clone.succeed("setup", [], env)).stderr, /built from its Go modules/);
      assert.deepEqual(server.asked, []);
    });

    it("a folder: takes the programs from there and makes nothing", async () => {
      const clone = withGo();
      const folder = path.join(clone.folder.path, "mine");
      clone.folder.write(fakePrograms("mine", kubernetesPrograms));
      const { stdout } = await clone.succeed("setup", ["--env"], { BULKHEAD_KUBERNETES: folder });
      assert.equal(folderIn(stdout), folder);
      assert.deepEqual([cached(clone), builds(clone)], [[], []]);
      const { stderr } = await clone.succeed("setup", [], { BULKHEAD_KUBERNETES: folder });
      assert.ok(stderr.includes(`, kubernetes of ${folder}, `), stderr);
    });

    it("a folder that lacks some, or has some that cannot be run: says which", async () => {
      const clone = Clone.withPulumi();
      const folder = path.join(clone.folder.path, "mine");
      clone.folder.write({ ...fakePrograms("mine", ["etcd", "kube-apiserver", "kubectl"]), "mine/kwok": "" });
      const { code, stderr } = await clone.script("setup", [], { BULKHEAD_KUBERNETES: folder });
      assert.equal(code, 1);
      assert.equal(
        stderr.split("\n").find((line) => line.startsWith("error: ")),
        `error: BULKHEAD_KUBERNETES names ${folder}, which has no kube-controller-manager, kube-scheduler, kwok. ` +
          "Put them there, or unset BULKHEAD_KUBERNETES.",
      );
    });

    for (const value of ["kubernetes", "./kubernetes", "path"])
      it(`${value}, which is neither a way nor an absolute path: names what is allowed`, async () => {
        const { code, stderr } = await Clone.withPulumi().script("setup", [], { BULKHEAD_KUBERNETES: value });
        assert.equal(code, 1);
        assert.ok(
          stderr.includes(
            `BULKHEAD_KUBERNETES is "${value}"; allowed: official, build, the absolute path of a folder with etcd, `,
          ),
          stderr,
        );
      });
  });
});

describe("a published checksum", () => {
  const file = "https://releases.example/v1/program-linux";
  const sum = "c0".repeat(32);
  /** No proxy, which would be asked for this machine too. */
  const alone = { PATH: process.env["PATH"] };
  const github = (...assets: readonly { name: string; digest: string | null }[]) =>
    JSON.stringify({ tag_name: "v1", assets });
  const other = { name: "program-windows", digest: `sha256:${wrong}` };

  for (const [how, text] of [
    ["in a list, as sha256sum writes it", `${wrong}  program-windows\n${sum}  program-linux\n`],
    ["in a list of binary files", `${wrong} *program-windows\n${sum} *program-linux\n`],
    ["alone", sum],
    ["in a line of its own, with the file's name", `${sum}  program-linux\r\n`],
    ["in what GitHub tells of a release", github(other, { name: "program-linux", digest: `sha256:${sum}` })],
  ] as const)
    it(`is found ${how}`, async () => {
      const { url } = await serve({ "/sums": text });
      assert.deepEqual(await publishedChecksum({ url: file, sums: [`${url}/sums`] }, alone), {
        sha256: sum,
        from: `${url}/sums`,
      });
    });

  for (const [what, text] of [
    ["a list without the file", `${wrong}  program-windows\n${wrong}  program-linux.sig\n`],
    ["one of another file", `${wrong}  program-windows\n`],
    ["one of another kind", "d0".repeat(20)],
    ["a page", "<html>\n<p>Log in</p>\n</html>\n"],
    ["nothing", ""],
    ["a release on GitHub without the file", github(other)],
    ["a release on GitHub that is older than its checksums", github({ name: "program-linux", digest: null })],
    ["what only begins as JSON does", "{"],
  ] as const)
    it(`is not taken from ${what}`, async () => {
      const { url } = await serve({ "/sums": text });
      assert.deepEqual(await publishedChecksum({ url: file, sums: [`${url}/sums`] }, alone), {
        why: `${url}/sums does not name program-linux`,
      });
    });

  it("is taken from the first place that has it", async () => {
    const { url } = await serve({ "/second": sum, "/third": wrong });
    const sums = ["first", "second", "third"].map((name) => `${url}/${name}`);
    assert.deepEqual(await publishedChecksum({ url: file, sums }, alone), {
      sha256: sum,
      from: `${url}/second`,
    });
  });
});
