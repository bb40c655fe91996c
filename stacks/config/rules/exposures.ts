import { parseBlock } from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import type { Problem } from "../problem.ts";

/** Two exposures cannot answer at the same host and port, and whom they answer is always named. */
export function exposureProblems({ groups }: Draft): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(groups ?? {}).flatMap(([group, { namespaces }]) =>
    Object.entries(namespaces).flatMap(([namespace, { exposures }]) =>
      Object.entries(exposures).flatMap(([name, { host, port, from }]) => {
        const path = ["groups", group, "namespaces", namespace, "exposures", name];
        const address = `${host}:${port}`;
        const owner = owners.get(address);
        if (owner === undefined) owners.set(address, `${namespace}.${name}`);
        const problems: Problem[] =
          owner === undefined
            ? []
            : [
                {
                  path,
                  value: address,
                  message: `exposure ${owner} answers there already; choose another host or port`,
                },
              ];
        from.forEach((text, index) => {
          if (parseBlock(text).prefix < 8)
            problems.push({
              path: [...path, "from", index],
              value: text,
              message:
                "this is a great part of all addresses there are; name the networks that may connect, each /8 or smaller",
            });
        });
        return problems;
      }),
    ),
  );
}
