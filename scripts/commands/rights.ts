import { Command, InvalidArgumentError, Option } from "commander";
import {
  backendRights,
  parseBackend,
  planRights,
  policiesOf,
  scopeOf,
  type Scope,
} from "../../components/aws/rights/index.ts";
import { plan } from "../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { runCommand } from "./command.ts";
import { notesOf } from "./rights/notes.ts";
import { formats } from "./rights/print.ts";
import { registeredFor } from "./rights/registered.ts";

interface Options {
  readonly format: string;
  readonly backend?: string;
  readonly kmsKey?: string;
  readonly vpc?: string;
  readonly hostedZone?: string;
}

const idOf = (example: string, form: RegExp) => (value: string) => {
  if (!form.test(value)) throw new InvalidArgumentError(`write an id such as ${example}.`);
  return value;
};

const command = new Command("scripts/rights")
  .description("Prints the least rights in AWS that bringing up an environment needs, as policies of IAM.")
  .argument("<environment>", "the environment of stacks/Pulumi.<environment>.yaml")
  .option("--backend <url>", "also the rights to its state there, such as s3://company-states")
  .option("--kms-key <arn>", "and to the key that the stack's secrets are encrypted with")
  .option(
    "--vpc <id>",
    "once it is there: the environment's own VPC, which narrows the rights",
    idOf("vpc-0123456789abcdef0", /^vpc-[0-9a-f]{8,17}$/),
  )
  .option(
    "--hosted-zone <id>",
    "likewise its private hosted zone",
    idOf("Z0123456789ABC", /^Z[A-Z0-9]{1,31}$/),
  )
  .addOption(
    new Option("-f, --format <format>", "how to print it").choices(Object.keys(formats)).default("text"),
  )
  .action(async (name: string, options: Options) => {
    const planned = plan(parseStackFile(await readStackFile(name)));
    if (planned.aws === undefined)
      throw new Error(`the target of ${name} is ${planned.target}, and only aws has rights of AWS`);
    const scope = { ...scopeOf(planned, planned.aws), ...made(options) };
    const state = stateRights(scope, options);
    const resources = await registeredFor(planned);
    const rights = planRights(scope, resources);
    const print = formats[options.format] ?? JSON.stringify;
    process.stdout.write(
      print({
        environment: name,
        read: policiesOf(`bulkhead-${name}-read`, [...rights.read, ...state.read]),
        deploy: policiesOf(`bulkhead-${name}-deploy`, [...rights.deploy, ...state.deploy]),
        notes: notesOf(scope, resources),
      }),
    );
  });

const made = ({ vpc, hostedZone }: Options): Pick<Scope, "vpc" | "hostedZone"> => ({
  ...(vpc === undefined ? {} : { vpc }),
  ...(hostedZone === undefined ? {} : { hostedZone }),
});

function stateRights(scope: Scope, { backend, kmsKey }: Options) {
  if (kmsKey !== undefined && !/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/.test(kmsKey))
    throw new Error(
      `"${kmsKey}" is no key's ARN; write one such as arn:aws:kms:eu-central-1:111122223333:key/0a1b (rights to an alias do not reach its key)`,
    );
  if (backend === undefined) {
    if (kmsKey !== undefined) throw new Error("--kms-key says nothing without --backend");
    return { read: [], deploy: [] };
  }
  return backendRights(scope, {
    ...parseBackend(backend),
    ...(kmsKey === undefined ? {} : { kmsKey }),
    project: "bulkhead",
  });
}

await runCommand(command);
