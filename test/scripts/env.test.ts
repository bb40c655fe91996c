import assert from "node:assert/strict";
import path from "node:path";
import { Clone } from "../support/clone.ts";
import { requires } from "../support/machine.ts";

const variables =
  "PATH PULUMI_BACKEND_URL PULUMI_CONFIG_PASSPHRASE_FILE PULUMI_SKIP_UPDATE_CHECK NODE_COMPILE_CACHE " +
  "BULKHEAD_KUBERNETES_FOLDER BULKHEAD_PLUGINS_FOLDER";
const show = `for name in ${variables}; do eval "echo \\"$name=\\$$name\\""; done`;
/** What a shell has that it did not have before, other than the variables that are meant. */
const leftovers = `before=$(set | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)[=( ].*/\\1/p' | sort -u)
. ./scripts/env
after=$(set | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)[=( ].*/\\1/p' | sort -u)
for name in $(echo "$after"); do
  case " ${variables} before after _ PIPESTATUS LINENO RANDOM SECONDS BASH_LINENO FUNCNAME EPOCHREALTIME EPOCHSECONDS SRANDOM $(echo "$before" | tr '\\n' ' ')" in
  *" $name "*) ;;
  *) echo "left: $name" ;;
  esac
done`;

describe(". scripts/env", function () {
  this.timeout(30_000);

  for (const shell of ["sh", "bash", "zsh"])
    describe(`in ${shell}`, () => {
      before(function () {
        requires(this, shell);
      });
      const run = (clone: Clone, code: string, env: NodeJS.ProcessEnv = {}) =>
        clone.start(shell, ["-c", code], env).ended;

      it("sets what pulumi needs, after setting up what is missing", async () => {
        const clone = Clone.withPulumi();
        const { code, stdout, stderr } = await run(clone, `. ./scripts/env && ${show}`);
        assert.equal(code, 0, stderr);
        assert.ok(stdout.includes(`PULUMI_BACKEND_URL=file://${clone.state}/stacks\n`));
        assert.ok(stdout.includes(`PULUMI_CONFIG_PASSPHRASE_FILE=${clone.state}/keys/passphrase\n`));
        assert.ok(stdout.includes("PULUMI_SKIP_UPDATE_CHECK=true\n"));
        assert.match(stdout, /^PATH=.*\/clone\/scripts\/offline\/language:/m);
      });

      it("changes nothing more when sourced twice", async () => {
        const clone = Clone.withPulumi();
        const { stdout } = await run(
          clone,
          `. ./scripts/env && ${show} && echo again && . ./scripts/env && ${show}`,
        );
        const [once, twice] = stdout.split("again\n");
        assert.notEqual(once, "");
        assert.equal(twice, once);
      });

      it("leaves no function or variable of its own", async () => {
        const { code, stdout, stderr } = await run(Clone.withPulumi(), leftovers);
        assert.equal(code, 0, stderr);
        assert.equal(stdout, "");
      });

      it("prints the problem and returns 1 without ending the user's shell, also one that runs with set -u", async () => {
        const clone = Clone.withPulumi();
        const { code, stdout, stderr } = await run(clone, "set -u; . ./scripts/env; echo returned $?", {
          BULKHEAD_PULUMI: "nonsense",
        });
        assert.deepEqual([code, stdout], [0, "returned 1\n"]);
        assert.match(stderr, /error: BULKHEAD_PULUMI is "nonsense"/);
      });

      it("works from elsewhere with BULKHEAD_ROOT", async () => {
        const clone = Clone.withPulumi();
        const { stdout, stderr } = await run(
          clone,
          `cd / && . '${clone.path}/scripts/env' && command -v pulumi`,
          {
            BULKHEAD_ROOT: clone.path,
          },
        );
        assert.equal(stdout, `${path.join(clone.bin, "pulumi")}\n`, stderr);
      });
    });

  for (const shell of ["bash", "zsh"])
    it(`is found from anywhere in ${shell}`, async function () {
      requires(this, shell);
      const clone = Clone.withPulumi();
      const { code, stderr } = await clone.start(shell, ["-c", `cd / && . '${clone.path}/scripts/env'`])
        .ended;
      assert.equal(code, 0, stderr);
    });

  it("says how to find the repository where a POSIX shell cannot", async () => {
    const clone = Clone.withPulumi();
    const code = `cd / && . '${clone.path}/scripts/env'; echo returned $?`;
    const { stdout, stderr } = await clone.start("sh", ["-c", code]).ended;
    assert.equal(stdout, "returned 1\n");
    assert.match(stderr, /Source this from the repository's root, or set BULKHEAD_ROOT/);
  });

  it("says how it is meant when it is run instead of sourced", async () => {
    const { code, stderr } = await Clone.withPulumi().script("env");
    assert.equal(code, 1);
    assert.match(stderr, /source it: {2}\. .*scripts\/env/);
  });

  it("takes back its own state and key when the user has logged in since", async () => {
    const clone = Clone.withPulumi();
    clone.folder.write({ "login.json": '{"current":"s3://mine"}' });
    const login = `mkdir -p "$HOME/.pulumi" && cp '${clone.folder.path}/login.json' "$HOME/.pulumi/credentials.json"`;
    const code = `. ./scripts/env && ${login} && . ./scripts/env && echo "\${PULUMI_BACKEND_URL-none} \${PULUMI_CONFIG_PASSPHRASE_FILE-none}"`;
    const { stdout } = await clone.start("sh", ["-c", code]).ended;
    assert.equal(stdout, "none none\n");
  });
});
