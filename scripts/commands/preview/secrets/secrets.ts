import { confidentialKind } from "./confidential.ts";

/** What stands in the place of a secret. */
export const hidden = "[secret]";

/** Shorter texts are found in too much that has nothing to do with them; Pulumi hides them where they are marked. */
const shortest = 6;

/** Texts that are secrets by their form, wherever they stand. */
const forms: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  // AWS's keys (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids)
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  // GitHub's (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/), GitLab's and Pulumi's
  /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|pul-[0-9a-f]{40})\b/g,
  // JSON web tokens, among them those of service accounts
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/g,
  // Swarm's (https://docs.docker.com/engine/swarm/join-nodes/)
  /\bSWMTKN-1-[0-9a-z-]{20,}/g,
  /\b(?:Bearer|Basic) [A-Za-z0-9+/=._~-]{16,}/g,
  /(?<=:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/g,
];

/** Values that must not be shown, in whatever they turn up. */
export class Secrets {
  readonly #known = new Set<string>();
  /** The forms in which each may turn up, the longest first, by how they begin. */
  readonly #forms = new Map<string, string[]>();

  /** A value, or what holds values: of those all but words, unless their names say that they are secret. */
  add(value: unknown): void {
    if (typeof value === "string") this.#add(value);
    else if (typeof value === "object" && value !== null)
      for (const [name, item] of Object.entries(value))
        if (typeof item !== "string" || confidentialKind(name) === "secret" || !isWords(item)) this.add(item);
  }

  #add(text: string): void {
    // Certificates and public keys are for everybody, also where they stand beside what is not.
    const value = text.replace(publicPem, "").trim();
    if (value.length < shortest || value === hidden || this.#known.has(value)) return;
    this.#known.add(value);
    const bytes = Buffer.from(value);
    this.#keep(value);
    this.#keep(JSON.stringify(value).slice(1, -1));
    this.#keep(encodeURIComponent(value.toWellFormed()));
    this.#keep(bytes.toString("base64").replace(/=+$/, ""));
    this.#keep(bytes.toString("base64url"));
    if (/^[[{]/.test(value))
      try {
        this.add(JSON.parse(value));
        return;
      } catch {
        // It only begins as JSON does.
      }
    // Of what was put together of lines, such as a key or a kubeconfig, parts may turn up.
    for (const line of value.split("\n")) {
      const [, name = "", rest = ""] = /^[\s-]*(?:([\w.-]+):\s+)?(.*)$/.exec(line) ?? [];
      const part = rest.trim();
      if (confidentialKind(name) === "secret" || (part.length >= 16 && !isWords(part))) this.#add(part);
    }
  }

  #keep(form: string): void {
    const start = form.slice(0, shortest);
    const own = this.#forms.get(start) ?? [];
    if (own.includes(form)) return;
    own.push(form);
    own.sort((a, b) => b.length - a.length);
    this.#forms.set(start, own);
  }

  /** A text without secrets: each that is known, also in base64 or escaped, and what looks like one. */
  redact(text: string): string {
    let plain = this.#withoutKnown(text);
    for (const form of forms) plain = plain.replace(form, hidden);
    return plain;
  }

  #withoutKnown(text: string): string {
    if (this.#forms.size === 0) return text;
    let plain = "";
    let from = 0;
    for (let at = 0; at + shortest <= text.length; at += 1) {
      const found = this.#forms.get(text.slice(at, at + shortest))?.find((form) => text.startsWith(form, at));
      if (found === undefined) continue;
      plain += text.slice(from, at) + hidden;
      from = at + found.length;
      at = from - 1;
    }
    return from === 0 ? text : plain + text.slice(from);
  }
}

const publicPem = /-----BEGIN (CERTIFICATE|PUBLIC KEY)-----[\s\S]*?-----END \1-----/g;

/** `kubernetes`, `apps/v1`, `https://10.0.0.1:6443`, `-----BEGIN CERTIFICATE-----`: what many texts share, and what tells nothing. */
const isWords = (text: string): boolean =>
  /^[A-Za-z]{1,15}(?:[-./:_@ ]+[A-Za-z]{1,15})*(?:[-./:_ ]v?\d{1,2}(?:(?:alpha|beta)\d)?)?$/.test(text) ||
  /^v\d{1,2}(?:(?:alpha|beta)\d)?$/.test(text) ||
  /^https?:\/\/[\w.:-]+\/?$/.test(text) ||
  /^-----(?:BEGIN|END) [A-Z ]+-----$/.test(text);
