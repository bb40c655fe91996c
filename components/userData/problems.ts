import { certificatesIn } from "./certificate.ts";
import type { JoinSecret, MachineSetup } from "./setup.ts";

/** Bytes, before EC2 has it in base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
export const userDataLimit = 16_384;

/** What is wrong with a setup, in words for those who wrote it; none where its user data can be made. */
export const setupProblems = (setup: MachineSetup): string[] => [
  ...kindProblems(setup),
  ...unfit(setup.packages.repository, isPlainUrl, "packages' repository", repositoryForm),
  ...unfit(setup.packages.channel, /^[a-z0-9][\w.-]*$/i, "packages' channel", "like stable-25.0.14"),
  ...unfit(
    setup.packages.installer,
    isPlainUrl,
    "packages' installer",
    "an https address without a password",
  ),
  ...unfit(setup.sessionAgent, isPlainUrl, "session agent", "an https address without a password"),
  ...setup.registryMirrors.flatMap((mirror) =>
    unfit(mirror, isPlainUrl, "registry mirror", "an https address without a password"),
  ),
  ...proxyProblems(setup.proxy),
  ...setup.certificates.flatMap(certificateProblems),
  ...setup.timeServers.flatMap((server) => unfit(server, host, "time server", "a name or an address")),
  ...(setup.join === undefined ? [] : joinProblems(setup.join)),
];

/** What is wrong with the size of a user data's text. */
export function sizeProblems(setup: MachineSetup, text: string): string[] {
  const size = bytes(text);
  if (size <= userDataLimit) return [];
  const certificates = setup.certificates.flatMap(certificatesIn);
  const share =
    certificates.length === 0
      ? ""
      : `, of which ${certificates.length} certificates are ${bytes(certificates.join(""))}`;
  return [
    `user data for ${setup.family} ${setup.role}s is ${size} bytes${share}, and ${userDataLimit} are allowed: ` +
      "put certificates into the image, and name fewer mirrors and exceptions of the proxy",
  ];
}

const bytes = (text: string): number => new TextEncoder().encode(text).length;

const repositoryForm = "an https address without a password, since keys of packages come from there";
const host = /^[a-z0-9]([\w.:-]*[a-z0-9])?$/i;
/** Of what needs no quoting anywhere, so that a slip in one place is none. */
const plain = /^[\w.:/[\]~+,@=-]+$/;

function isPlainUrl(text: string): boolean {
  if (!plain.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === "https:" && username === "" && password === "";
}

const unfit = (
  value: string | undefined,
  fits: RegExp | ((text: string) => boolean),
  what: string,
  form: string,
): string[] =>
  value === undefined || (typeof fits === "function" ? fits(value) : fits.test(value))
    ? []
    : [`${what} ${JSON.stringify(value.replace(/\/\/[^/@]*@/, "//(hidden)@"))}: has to be ${form}`];

function kindProblems({ family, role, engine, join }: MachineSetup): string[] {
  return [
    ...(family === "windows" && role !== "worker"
      ? [`a ${role} cannot run Windows, which has workers only: use ubuntu or rhel`]
      : []),
    ...(family === "windows" && engine !== "mke"
      ? [`Windows and the engine ${engine}: Windows workers are set up for mke alone`]
      : []),
    ...(join !== undefined && engine !== "mke"
      ? [
          `a join secret and the engine ${engine}: machines join by themselves with mke alone, so leave it out`,
        ]
      : []),
  ];
}

function proxyProblems(proxy: MachineSetup["proxy"]): string[] {
  if (proxy === undefined) return [];
  return [
    ...unfit(
      proxy.url,
      /^https?:\/\/([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d+)?\/?$/i,
      "proxy",
      "like http://proxy.example:3128, without a user and a password, which all that runs on a machine could read",
    ),
    ...proxy.except.flatMap((name) =>
      unfit(
        name,
        /^(\*?\.)?[a-z0-9]([\w.-]*[a-z0-9])?(\/\d+)?$/i,
        "reached without the proxy",
        "a name, a domain with a leading dot, an address or a block",
      ),
    ),
  ];
}

function certificateProblems(text: string): string[] {
  // What it is shows by its first line; the rest of a key is not for messages.
  const first = text.trim().split("\n")[0]?.slice(0, 60) ?? "";
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return [
      `certificate "${first}...": holds a private key, which user data never may; name certificates alone`,
    ];
  return certificatesIn(text).length > 0
    ? []
    : [`certificate ${JSON.stringify(first)}: has to be PEM, -----BEGIN CERTIFICATE----- and so on`];
}

const joinProblems = ({ store, name, region, managers }: JoinSecret): string[] => [
  ...(name.includes("SWMTKN-")
    ? ["join secret: this is a swarm's token itself; put it into the store, and name the place here"]
    : []),
  ...unfit(
    name.replace(/SWMTKN-[\w-]*/g, "token"),
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html,
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html; or an ARN
    store === "parameter-store" ? /^[\w./:-]{1,1011}$/ : /^[\w/+=.@:-]{1,512}$/,
    "join secret",
    "the name of one in the cloud's store",
  ),
  ...unfit(region, /^[a-z]{2}(-[a-z]+)+-\d+$/, "join secret's region", "like eu-central-1"),
  ...unfit(managers, /^[a-z0-9]([\w.-]*[a-z0-9])?$/i, "managers' name", "a name that leads to the managers"),
];
