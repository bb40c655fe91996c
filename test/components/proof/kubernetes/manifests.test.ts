import assert from "node:assert/strict";
import { podNetwork } from "../../../../components/proof/kubernetes/index.ts";
import { readManifests } from "../../../../components/proof/kubernetes/manifests.ts";
import { UnreadableError } from "../../../../components/proof/unreadable.ts";
import { temporaryFolder } from "../../../support/folder.ts";
import { manifest } from "./cluster.ts";

const policy = (spec: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p }\nspec:\n${spec}`;

/** What is said of manifests that cannot be read. */
function problemOf(text: string): string {
  try {
    manifest(text);
  } catch (error) {
    assert.ok(error instanceof UnreadableError, String(error));
    return error.message;
  }
  return "none";
}

describe("a folder of manifests", () => {
  it("is read with all in it: YAML and JSON, several objects in a file, lists and folders", () => {
    const { path } = temporaryFolder({
      "a.yaml":
        "apiVersion: v1\nkind: Pod\nmetadata: { name: one }\n---\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: two }\n",
      "sub/deep/b.yml":
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: { name: three }\n",
      "sub/c.json": JSON.stringify({
        apiVersion: "v1",
        kind: "PodList",
        items: [{ apiVersion: "v1", kind: "Pod", metadata: { name: "four" } }],
      }),
      "README.md": "not: [a manifest",
    });
    assert.deepEqual(
      readManifests(path).map(({ object, origin }) => [object.metadata["name"], origin]),
      [
        ["one", "a.yaml:1"],
        ["two", "a.yaml:6"],
        ["four", "sub/c.json:1"],
        ["three", "sub/deep/b.yml:4"],
      ],
    );
  });

  it("is refused with everything that is wrong in it, each with its file and line", () => {
    const { path } = temporaryFolder({
      "a.yaml": "kind: [\n",
      "b.yaml": policy("  policyTypes: [ingress]\n  ingress:\n  - ports: [{ port: 70000 }]\n"),
    });
    assert.throws(
      () => readManifests(path),
      (error) => {
        assert.ok(error instanceof UnreadableError);
        assert.deepEqual(
          error.problems
            .map(({ file, line }) => `${file}:${line ?? ""}`)
            .filter((place) => place.startsWith("b")),
          ["b.yaml:5", "b.yaml:7"],
        );
        assert.equal(error.file, "a.yaml");
        assert.match(error.message, /^a\.yaml:\d+: not YAML: .*; expected manifests/);
        assert.match(
          error.message,
          /^b\.yaml:5: there is no policy type "ingress"; expected Ingress or Egress$/m,
        );
        assert.match(error.message, /^b\.yaml:7: 70000 is not a port; expected a number from 1 to 65535/m);
        return true;
      },
    );
  });
});

describe("a network policy that Kubernetes would not take", () => {
  const rule = (peer: string) => policy(`  ingress:\n  - from:\n    - ${peer}\n`);
  const port = (text: string) => policy(`  ingress:\n  - ports:\n    - ${text}\n`);
  for (const [what, text, expected] of [
    [
      "a block that is none",
      rule("ipBlock: { cidr: 10.0.0.0/33 }"),
      /^cluster\.yaml:7: "10\.0\.0\.0\/33" is not a CIDR block; expected a CIDR block such as/,
    ],
    [
      "an IPv4 address in IPv6's clothes",
      rule('ipBlock: { cidr: "::ffff:10.0.0.0/104" }'),
      /is not a CIDR block/,
    ],
    [
      "an exception that is not a part",
      rule("ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/16] }"),
      /"11\.0\.0\.0\/16" is not a part of "10\.0\.0\.0\/8"/,
    ],
    [
      "an exception that is the whole",
      rule("ipBlock: { cidr: 10.0.0.0/8, except: [10.0.0.0/8] }"),
      /is not a part of/,
    ],
    [
      "a block and a selector in one peer",
      rule("{ ipBlock: { cidr: 10.0.0.0/8 }, podSelector: {} }"),
      /a peer has ipBlock and podSelector; expected ipBlock alone, or selectors/,
    ],
    ["a peer that names nobody", rule("{}"), /a peer names nobody/],
    [
      "an operator that does not exist",
      rule("podSelector: { matchExpressions: [{ key: a, operator: Like, values: [b] }] }"),
      /there is no operator "Like"; expected In, NotIn, Exists or DoesNotExist/,
    ],
    [
      "In without values",
      rule("podSelector: { matchExpressions: [{ key: a, operator: In }] }"),
      /operator In has no values; expected one or more/,
    ],
    [
      "Exists with values",
      rule("podSelector: { matchExpressions: [{ key: a, operator: Exists, values: [b] }] }"),
      /operator Exists has values; expected none/,
    ],
    ["a selector that is no object", rule("podSelector: web"), /podSelector is "web"; expected an object/],
    ["a label that is no text", rule("podSelector: { matchLabels: { a: 1 } }"), /a is 1; expected a text/],
    ["a port that is none", port("port: 0"), /0 is not a port; expected a number from 1 to 65535/],
    ["a port's number as a text", port('port: "80"'), /"80" is not a port's name/],
    [
      "a range that ends before it begins",
      port("{ port: 90, endPort: 80 }"),
      /endPort 80 does not end a range from 90; expected a number from 90 to 65535/,
    ],
    [
      "a range from a name",
      port("{ port: http, endPort: 80 }"),
      /endPort 80 ends no range, since port is a name/,
    ],
    [
      "a protocol that it does not know",
      port("protocol: ICMP"),
      /there is no protocol "ICMP"; expected TCP, UDP or SCTP/,
    ],
    [
      "a field that does not exist",
      policy("  ingres: []\n"),
      /^cluster\.yaml:5: spec has a field "ingres"; expected podSelector, policyTypes, ingress or egress/,
    ],
    ["rules that are no list", policy("  ingress: {}\n"), /ingress is \{\}; expected a list/],
    [
      "a version that no cluster has",
      "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: { name: p }\n",
      /no cluster of today takes a NetworkPolicy of extensions\/v1beta1; expected networking\.k8s\.io\/v1/,
    ],
    [
      "keys that are there twice",
      "apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: {}\n",
      /^cluster\.yaml:3: not YAML: Map keys must be unique/,
    ],
    [
      "no object at all",
      "- 1\n",
      /^cluster\.yaml:1: \[1\] is no object of Kubernetes; expected an object with apiVersion, kind and metadata/,
    ],
    [
      "a pod's address that is none",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nstatus: { podIP: 10.0.0.256 }\n",
      /"10\.0\.0\.256" is not an IP address/,
    ],
  ] as const)
    it(`is refused for ${what}`, () => {
      assert.match(problemOf(text), expected);
    });

  it("stops the proof where it is no file's", () => {
    const object = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "p" },
      spec: { ingress: 1 },
    };
    assert.throws(() => podNetwork([{ object, origin: "urn:x" }]), {
      name: "UnreadableError",
      message: "urn:x: spec.ingress: ingress is 1; expected a list",
    });
  });
});
