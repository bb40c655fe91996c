import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterwards } from "../support/afterwards.ts";
import { Project, type Outcome } from "../support/project.ts";
import { isAlive, until } from "../support/until.ts";

const plugins = fileURLToPath(new URL("../../scripts/offline/aws", import.meta.url));
const { version } = JSON.parse(
  readFileSync(new URL("../../node_modules/@pulumi/aws/package.json", import.meta.url), "utf8"),
) as { version: string };

const imports = (...names: readonly string[]) =>
  names
    .map((name) => {
      const kind = name.split("/").at(-1) ?? "";
      return `import { ${kind.charAt(0).toUpperCase()}${kind.slice(1)} } from "@pulumi/aws/${name}.js";\n`;
    })
    .join("");

const network = `${imports("provider", "ec2/vpc", "ec2/subnet", "ec2/launchTemplate", "ec2/instance")}
const provider = new Provider("aws", { region: "eu-central-1", allowedAccountIds: ["123456789012"] });
const vpc = new Vpc("network", { cidrBlock: "10.0.0.0/16", tags: { Name: "a" } }, { provider });
const subnet = new Subnet("zone", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" }, { provider });
const template = new LaunchTemplate("workers", { imageId: "ami-1", instanceType: "t3.lareg" }, { provider });
const worker = new Instance("worker-1", {
  subnetId: subnet.id,
  privateIp: "10.0.1.4",
  launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
}, { provider });
export const arn = vpc.arn;
export const { tagsAll } = vpc;
export const { latestVersion, name } = template;
export const { privateIp, privateDns, id } = worker;
`;

const newStack = (program: string) => Project.withStack({ plugins, program });

/** Runs the CLI with nothing in its environment but what it takes to find programs, a home and its state. */
function inEmptyEnvironment(project: Project, ...args: readonly string[]): Promise<Outcome> {
  const { PATH, BULKHEAD_LANGUAGE_HOST } = process.env;
  const folder = project.folder.path;
  const cli = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
    cwd: folder,
    env: {
      PATH: [plugins, path.join(plugins, "../language"), path.dirname(process.execPath), PATH].join(
        path.delimiter,
      ),
      HOME: path.join(folder, "nobody"),
      PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "correct horse",
      // By which a CLI that was built here finds the language host.
      BULKHEAD_LANGUAGE_HOST,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  cli.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  cli.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    cli.once("error", reject);
    cli.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

interface State {
  readonly version: number;
  readonly deployment: { readonly resources?: readonly { readonly type: string; readonly urn: string }[] };
}

const stateOf = async (project: Project): Promise<State> =>
  JSON.parse(await project.succeed("stack", "export", "--stack", "dev")) as State;

const typesIn = ({ deployment }: State) => (deployment.resources ?? []).map(({ type }) => type);

const count = (text: string, part: RegExp) => [...text.matchAll(new RegExp(part, "g"))].length;

describe("the stand-in for the plugin aws", function () {
  this.timeout(60_000);

  it("previews a program in an empty environment, and tells what is not known before it is made", async () => {
    const project = await newStack(network);
    const { code, stdout, stderr } = await inEmptyEnvironment(project, "preview", "--stack", "dev");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\+ 6 to create/);
    for (const line of [
      /^ +arn +: \[unknown\]$/m,
      /^ +id +: \[unknown\]$/m,
      /^ +latestVersion: \[unknown\]$/m,
      /^ +privateDns +: \[unknown\]$/m,
      /^ +name +: "workers-[0-9a-f]{7}"$/m,
      /^ +privateIp +: "10\.0\.1\.4"$/m,
      /^ +tagsAll +: \{\n +Name: "a"\n +\}$/m,
    ])
      assert.match(stdout, line);
    assert.match(
      stdout,
      new RegExp(
        `the plan-only stand-in for the plugin aws ${version} is in use: it checks inputs and asks nothing of AWS\\.`,
      ),
    );
    assert.match(
      stdout,
      /warning: instanceType: "t3\.lareg" is none of the values .*\(did you mean "t3\.large"\?\)/,
    );
  });

  for (const options of [[], ["--skip-preview"]])
    it(`refuses ${["up", ...options].join(" ")} with one message that names the ways out, and nothing of AWS is in the state`, async () => {
      const project = await newStack(network);
      const { code, stdout } = await project.pulumi("up", "--yes", ...options);
      assert.notEqual(code, 0);
      const diagnostics = stdout.slice(stdout.lastIndexOf("Diagnostics:"));
      assert.equal(count(diagnostics, /cannot make anything in AWS/), 1, diagnostics);
      assert.match(
        diagnostics,
        new RegExp(`\\n +pulumi plugin install resource aws ${version.replaceAll(".", "\\.")}\\n`),
      );
      assert.match(diagnostics, /BULKHEAD_SIMULATED_AWS/);
      assert.deepEqual(
        typesIn(await stateOf(project)).filter((type) => type.startsWith("aws:")),
        [],
      );
    });

  it("says all that is wrong with a resource, shows no secret, and goes no further", async () => {
    const project = await newStack(`import { secret } from "@pulumi/pulumi";
${imports("provider", "ec2/launchTemplate")}
const provider = new Provider("aws", { region: "eu-central-1" });
new LaunchTemplate("workers", {
  ebsOptimized: true,
  userData: secret(["a canary"]),
  metadataOptions: { httpToken: "required" },
  blockDeviceMappings: [{ ebs: { volumeSize: secret("a canary") } }],
} as never, { provider });
`);
    const { code, stdout, stderr } = await project.pulumi("preview");
    assert.notEqual(code, 0);
    const is = "error: aws:ec2/launchTemplate:LaunchTemplate resource 'workers'";
    for (const problem of [
      `${is}: property ebsOptimized value {true} has a problem: true: write text`,
      `${is} has a problem: userData: a secret: write text`,
      `${is} has a problem: metadataOptions.httpToken: there is no such property (did you mean "httpTokens"?)`,
      `${is} has a problem: blockDeviceMappings[0].ebs.volumeSize: a secret: write a number`,
    ])
      assert.ok(stdout.includes(problem), `${problem}\n\n${stdout}`);
    assert.doesNotMatch(stdout + stderr, /a canary/);
  });

  for (const [what, args, problem] of [
    [
      "without a region",
      "{}",
      /'aws' has a problem: region: it is missing: write region of the provider, or /,
    ],
    [
      "with a wrong setting",
      '{ region: "eu", maxRetries: "many" }',
      /property maxRetries value \{"many"\} has a problem: "many": write a number/,
    ],
  ] as const)
    it(`refuses a provider ${what}`, async () => {
      const project = await newStack(`${imports("provider", "ec2/vpc")}
const provider = new Provider("aws", ${args} as never);
new Vpc("network", { cidrBlock: "10.0.0.0/16" }, { provider });
`);
      const { code, stdout } = await inEmptyEnvironment(project, "preview", "--stack", "dev");
      assert.notEqual(code, 0);
      assert.match(stdout, problem);
    });

  it("refuses kinds that it does not know, and questions, with the way out", async () => {
    const provider = `const provider = new Provider("aws", { region: "eu-central-1" });\n`;
    const kind = await newStack(
      `${imports("provider", "s3/bucket")}${provider}new Bucket("a", {}, { provider });\n`,
    );
    assert.match(
      (await kind.pulumi("preview")).stdout,
      /does not know aws:s3\/bucket:Bucket: it knows the modules .*scripts\/offline\/aws\/extract/,
    );
    const question = await newStack(`import { getAmi } from "@pulumi/aws/ec2/getAmi.js";
${imports("provider")}${provider}export const { id } = await getAmi({ owners: ["self"] }, { provider });
`);
    const { code, stdout, stderr } = await question.pulumi("preview");
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /aws:ec2\/getAmi:getAmi asks AWS, which the stand-in for the plugin aws does not do: write the value into the configuration, /,
    );
  });

  describe("with a stack that is there", () => {
    /** A stack as the official plugin has left it. */
    async function deployed(program = network): Promise<Project> {
      const project = await newStack(program);
      const urn = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;
      const [stack, provider] = [urn("pulumi:pulumi:Stack", "shop-dev"), urn("pulumi:providers:aws", "aws")];
      const id = "11111111-1111-4111-8111-111111111111";
      const settings = {
        region: "eu-central-1",
        version,
        allowedAccountIds: '["123456789012"]',
        skipCredentialsValidation: "false",
        skipRegionValidation: "true",
      };
      const of = (type: string, name: string, one: string, inputs: object, outputs: object) => ({
        urn: urn(type, name),
        custom: true,
        id: one,
        type,
        inputs,
        outputs: { ...inputs, ...outputs, id: one },
        parent: stack,
        provider: `${provider}::${id}`,
      });
      const resources = [
        { urn: stack, custom: false, type: "pulumi:pulumi:Stack" },
        {
          urn: provider,
          custom: true,
          id,
          type: "pulumi:providers:aws",
          inputs: settings,
          outputs: settings,
          parent: stack,
        },
        of(
          "aws:ec2/vpc:Vpc",
          "network",
          "vpc-1",
          { cidrBlock: "10.0.0.0/16", tags: { Name: "a" } },
          { arn: "arn:aws:vpc-1", tagsAll: { Name: "a" } },
        ),
        of(
          "aws:ec2/launchTemplate:LaunchTemplate",
          "workers",
          "lt-1",
          { __defaults: ["name"], name: "workers-0123456", imageId: "ami-1", instanceType: "t3.lareg" },
          { arn: "arn:aws:lt-1", latestVersion: 1 },
        ),
      ];
      const state = await stateOf(project);
      writeFileSync(
        path.join(project.folder.path, "state.json"),
        JSON.stringify({ ...state, deployment: { ...state.deployment, resources } }),
      );
      await project.succeed("stack", "import", "--file", "state.json");
      return project;
    }

    it("sees that nothing has changed, and keeps the names that were made up", async () => {
      const preview = await (await deployed()).succeed("preview", "--diff");
      assert.match(preview, /\+ 2 to create\n +4 unchanged/);
    });

    it("shows what changes in place, what is made anew, and for which property", async () => {
      const changed = network
        .replace('Name: "a"', 'Name: "b"')
        .replace("10.0.0.0/16", "10.0.0.0/12")
        .replace("ami-1", "ami-2");
      const preview = await (await deployed(changed)).succeed("preview", "--diff");
      assert.match(preview, /\+-aws:ec2\/vpc:Vpc: \(replace\)\n +\[id=vpc-1\]/);
      assert.match(preview, /~ cidrBlock: "10\.0\.0\.0\/16" => "10\.0\.0\.0\/12"/);
      assert.match(preview, /~ Name: "a" => "b"/);
      assert.match(preview, /~ aws:ec2\/launchTemplate:LaunchTemplate: \(update\)\n +\[id=lt-1\]/);
      assert.match(preview, /~ imageId: "ami-1" => "ami-2"/);
      assert.match(preview, /^ +\+ latestVersion: \[unknown\]$/m);
    });

    for (const command of ["refresh", "destroy"])
      it(`refuses ${command}, and loses nothing of the state`, async () => {
        const project = await deployed();
        const before = await stateOf(project);
        const { code, stdout } = await project.pulumi(command, "--yes", "--skip-preview");
        assert.notEqual(code, 0);
        assert.match(
          stdout,
          /the plan-only stand-in for the plugin aws [\d.]+ cannot (read|delete) anything in AWS/,
        );
        assert.deepEqual(typesIn(await stateOf(project)), typesIn(before));
      });
  });

  it("ends with an engine that was killed", async () => {
    const project = await newStack(
      `${network}\nawait new Promise((resolve) => setTimeout(resolve, 60_000));\n`,
    );
    const cli = project.start(["preview"]);
    afterwards(() => {
      cli.kill("SIGKILL");
    });
    let shown = "";
    cli.stdout?.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    // One that has only just started would end for want of somebody who reads its port.
    await until("the stand-in is at work", () => shown.includes("is in use"), 30_000);
    const { stdout } = spawnSync("pgrep", ["-P", String(cli.pid), "-f", "offline/aws/main.ts"], {
      encoding: "utf8",
    });
    const pids = stdout.split("\n").filter((line) => line !== "");
    assert.notEqual(pids.length, 0);
    cli.kill("SIGKILL");
    for (const pid of pids) await until("it has ended", async () => !(await isAlive(Number(pid))));
  });
});
