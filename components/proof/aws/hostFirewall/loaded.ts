import type { CloudConfig } from "./cloudConfig.ts";

/** Whether a machine loads such a file when it first starts and at every start after that. */
export function loadsAtBoot({ files, commands }: CloudConfig, path: string): boolean {
  const units = [...files].flatMap(([at, content]) => {
    const [, name] = /^\/etc\/systemd\/system\/([\w.@-]+)\.service$/.exec(at) ?? [];
    return name === undefined ? [] : [{ name, content }];
  });
  const loader = units.find(
    ({ content }) => isInstalled(content) && runs(content).includes(`nft -f ${path}`),
  );
  if (loader === undefined) return false;
  const all = [...commands];
  const enabled = new Set<string>();
  // What a command enables and starts is a service, which runs a script, in which there are further commands.
  for (const command of all) {
    for (const name of namedBy(command, "enable --now")) {
      if (enabled.has(name)) continue;
      enabled.add(name);
      const unit = units.find((one) => one.name === name);
      for (const line of unit === undefined ? [] : runs(unit.content)) all.push(...scriptOf(files, line));
    }
    all.push(...scriptOf(files, command));
  }
  const isStarted = all.some(
    (command) =>
      programOf(command) === `nft -f ${path}` ||
      ["start", "restart"].some((verb) => namedBy(command, verb).includes(loader.name)),
  );
  return (
    enabled.has(loader.name) ||
    (isStarted && all.some((command) => namedBy(command, "enable").includes(loader.name)))
  );
}

/** `systemctl enable` does nothing to a unit that nothing wants (systemd.unit(5), "[Install] section options"). */
const isInstalled = (unit: string): boolean => /^(?:WantedBy|RequiredBy)=\S/m.test(unit);

const runs = (unit: string): string[] =>
  [...unit.matchAll(/^ExecStart=(\S.*)$/gm)].map(([, line = ""]) => programOf(line));

/** A command without the folder of its program. */
const programOf = (command: string): string => command.trim().replace(/^\/(?:usr\/)?s?bin\/(?=nft\s)/, "");

/** The services that a call of systemctl names. */
function namedBy(command: string, verb: string): string[] {
  const [, names] = new RegExp(`^systemctl ${verb} ((?:[\\w.@-]+ ?)+)$`).exec(command.trim()) ?? [];
  return (names ?? "").split(" ").map((name) => name.replace(/\.service$/, ""));
}

/** The commands of a script that a line runs: those that stand at the beginning of their line, and so in no function. */
const scriptOf = (files: ReadonlyMap<string, string>, line: string): string[] => {
  const words = line.trim().split(/\s+/);
  const script = files.get((words[0] === "sh" || words[0] === "/bin/sh" ? words[1] : words[0]) ?? "");
  return script === undefined ? [] : script.split("\n").filter((one) => /^[\w/]/.test(one));
};
