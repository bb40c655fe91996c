import assert from "node:assert/strict";
import {
  accessAttempts,
  tryAccess,
  type AccessAttempt,
  type AccessResult,
} from "../../../../components/engine/kubernetes/breach/access.ts";
import {
  checkLabel,
  objectOf,
  placementAttempts,
  targets,
  type PlacementAttempt,
} from "../../../../components/engine/kubernetes/breach/attempt.ts";
import {
  breachesJson,
  describeBreaches,
  surprisesOf,
  type Breaches,
} from "../../../../components/engine/kubernetes/breach/index.ts";
import {
  tryPlacement,
  type PlacementResult,
} from "../../../../components/engine/kubernetes/breach/placement.ts";
import { ApiServer } from "../../../../components/engine/kubernetes/client.ts";
import { collectionKey } from "../../../../components/engine/kubernetes/index.ts";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { afterwards } from "../../../support/afterwards.ts";
import { environment } from "../../../support/config.ts";
import { assertGolden } from "../../../support/golden.ts";
import { planOf } from "../../../support/lab.ts";
import { requires } from "../../../support/machine.ts";
import { FakeApiServer, makeIdentity, type Answer, type Answering, type Identity } from "./apiServer.ts";
import { hurry } from "./recorded.ts";

interface Metadata {
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly seccompProfile?: { type?: string } };
  readonly containers: readonly {
    readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
    readonly securityContext?: {
      readonly privileged?: boolean;
      readonly allowPrivilegeEscalation?: boolean;
      readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
    };
  }[];
}
interface Made {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: PodSpec & {
    readonly selector?: { readonly matchLabels: object };
    readonly template?: { readonly metadata: Metadata; readonly spec: PodSpec };
  };
}

const other = { collection: "blue", node: "blue-1" };
const make = (attempt: PlacementAttempt) => objectOf(attempt, other) as Made;
const podOf = (made: Made): PodSpec => made.spec.template?.spec ?? made.spec;
const attemptOf = (name: string) =>
  placementAttempts.find((attempt) => attempt.name === name) ?? assert.fail(name);

/** What the Pod Security Standard `restricted` finds (https://kubernetes.io/docs/concepts/security/pod-security-standards). */
function violationsOf({ volumes = [], securityContext = {}, containers, ...spec }: PodSpec): string[] {
  // With a name.
  const volumeKinds = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"];
  const allowed = [...volumeKinds, "persistentVolumeClaim", "projected", "secret", "name"];
  return [
    ...(["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => spec[key] === true),
    ...volumes.flatMap((volume) => Object.keys(volume).filter((key) => !allowed.includes(key))),
    ...(securityContext.runAsNonRoot === true ? [] : ["runAsNonRoot"]),
    ...(securityContext.seccompProfile?.type === "RuntimeDefault" ? [] : ["seccompProfile"]),
    ...containers.flatMap(
      ({ securityContext: { privileged, allowPrivilegeEscalation, capabilities } = {} }) => [
        ...(privileged === true ? ["privileged"] : []),
        ...(allowPrivilegeEscalation === false ? [] : ["allowPrivilegeEscalation"]),
        ...(capabilities?.drop?.includes("ALL") === true ? [] : ["capabilities.drop"]),
        ...(capabilities?.add === undefined ? [] : ["capabilities.add"]),
      ],
    ),
  ];
}

describe("attempts to get a pod onto another collection's nodes", () => {
  it("are made at each collection, by another one's namespace, and never at a namespace's own", async () => {
    for (const name of ["dev", "dev-tiers", "test", "staging"]) {
      const planned = await planOf(name);
      const found = targets(planned);
      assert.deepEqual(
        [...found.keys()],
        planned.namespaces.map((namespace) => namespace.name),
      );
      const aimedAt = new Set([...found.values()].map(({ collection }) => collection));
      assert.deepEqual([...aimedAt].sort(), planned.collections.map((one) => one.name).sort(), name);
      for (const { name: namespace, collection } of planned.namespaces)
        assert.notEqual(found.get(namespace)?.collection, collection, namespace);
    }
  });

  it("name a node of the collection that they are made at", async () => {
    const { hosts, ...planned } = await planOf("dev");
    for (const { collection, node } of targets({ ...planned, hosts }).values())
      assert.equal(hosts.find(({ name }) => name === node)?.collection, collection);
  });

  it("are none where there is no other collection", async () => {
    const demo = await planOf("demo");
    assert.equal(demo.namespaces.length, 1);
    assert.equal(targets(demo).size, 0);
  });

  const tried: Readonly<Record<string, readonly string[]>> = {
    hostnetwork: ["hostNetwork"],
    hostpath: ["hostPath"],
  };
  for (const attempt of placementAttempts) {
    it(`by ${attempt.name} would be let in by Pod Security but for what is tried`, () => {
      assert.deepEqual(violationsOf(podOf(make(attempt))), tried[attempt.name] ?? []);
    });

    it(`by ${attempt.name} has limits, so that no quota refuses it for having none, and little of them`, () => {
      for (const { resources } of podOf(make(attempt)).containers)
        assert.deepEqual(resources?.limits, { cpu: "1m", memory: "1Mi" });
    });

    it(`by ${attempt.name} is found again by its label, and so are the pods that come of it`, () => {
      const { metadata, spec } = make(attempt);
      const labels = { [checkLabel]: attempt.name };
      assert.deepEqual(metadata, { generateName: `breach-${attempt.name}-`, labels });
      assert.equal(make(attempt).kind, attempt.kind);
      if (attempt.kind === "Pod") return;
      assert.deepEqual(spec.selector?.matchLabels, labels);
      assert.deepEqual(spec.template?.metadata.labels, labels);
    });

    it(`by ${attempt.name} asks for the other's nodes`, () => {
      const text = JSON.stringify(podOf(make(attempt)));
      assert.ok(text.includes(`"${other.collection}"`) || text.includes(`"${other.node}"`), text);
    });
  }

  it("are every way that there is: by label, by name, by taint, past the scheduler, by a controller", () => {
    const text = (name: string) => JSON.stringify(podOf(make(attemptOf(name))));
    assert.ok(text("selector").includes(`"nodeSelector":{"${collectionKey}":"blue"}`));
    assert.ok(text("affinity").includes(`"key":"${collectionKey}","operator":"In","values":["blue"]`));
    assert.ok(text("hostname").includes('"nodeSelector":{"kubernetes.io/hostname":"blue-1"}'));
    assert.ok(text("nodename").includes('"nodeName":"blue-1"'));
    assert.ok(text("tolerations").includes('"tolerations":[{"operator":"Exists"}]'));
    assert.ok(text("taint").includes(`"key":"${collectionKey}","operator":"Equal","value":"blue"`));
    assert.equal(attemptOf("daemonset").kind, "DaemonSet");
  });

  it("by antiaffinity meets pods of all namespaces, and no pod that there is", () => {
    const { affinity } = podOf(make(attemptOf("antiaffinity"))) as unknown as {
      readonly affinity: {
        readonly podAntiAffinity: {
          readonly requiredDuringSchedulingIgnoredDuringExecution: readonly {
            readonly namespaceSelector: object;
            readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
          }[];
        };
      };
    };
    const [term] = affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    assert.deepEqual(term?.namespaceSelector, {});
    const [[label, value] = []] = Object.entries(term.labelSelector.matchLabels);
    assert.equal(label, checkLabel);
    assert.ok(!placementAttempts.some(({ name }) => name === value));
  });

  const says = {
    selector: "pod node label selector conflicts with its namespace node label selector",
    whitelist:
      "pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist",
    policy: "ValidatingAdmissionPolicy 'bulkhead-pods' with binding 'bulkhead-pods' denied request: no",
    security: 'violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)',
    affinity: "exceeded quota: cross-namespace-affinity, requested: pods=1, used: pods=0, limited: pods=0",
    quota: "exceeded quota: quota, requested: pods=1, used: pods=20, limited: pods=20",
    rights: 'User "team:red" cannot create resource "pods" in API group "" in the namespace "red"',
  };
  const counts: Readonly<Record<string, readonly (keyof typeof says)[]>> = {
    selector: ["selector"],
    affinity: ["policy"],
    hostname: [],
    nodename: ["policy"],
    tolerations: ["policy", "whitelist"],
    taint: ["policy", "whitelist"],
    daemonset: ["policy"],
    antiaffinity: ["affinity"],
    hostnetwork: ["policy", "security"],
    hostpath: ["policy", "security"],
  };
  const byWhom = (name: string) => {
    const by = counts[name] ?? assert.fail(name);
    return by.length === 0 ? "nobody, and wait" : by.join(" or ");
  };
  for (const { name, refusal } of placementAttempts)
    it(`by ${name} are refused by ${byWhom(name)}; any other refusal tells nothing`, () => {
      const found = Object.entries(says).flatMap(([by, message]) =>
        refusal?.test(`pods "breach-${name}-x" is forbidden: ${message}`) === true ? [by] : [],
      );
      assert.deepEqual(found.sort(), counts[name]);
    });
});

describe("requests that are tried as a team", () => {
  const planned = plan(environment());
  const attempts = accessAttempts(planned, "red");
  const whats = (list: readonly AccessAttempt[]) => list.map(({ what }) => what).sort();
  const work = [
    "list pods",
    "read secrets",
    "create a pod",
    "create a configmap",
    "delete pods",
    "exec into pods",
  ];
  const compartment = [
    "change its namespace's link",
    "open a network policy",
    "delete a network policy",
    "raise its quota",
    "give rights",
    "bind pods to nodes",
  ];

  it("are allowed in the namespace that is its own, where it works", () => {
    assert.deepEqual(whats(attempts.filter(({ allowed }) => allowed)), [...work].sort());
    for (const { where, path, body } of attempts.filter(({ allowed }) => allowed)) {
      assert.equal(where, "red");
      assert.match(`${path} ${JSON.stringify(body)}`, /namespaces\/red\/|"namespace":"red"/);
    }
  });

  it("are refused where they would change its own compartment", () => {
    const refused = attempts.filter(({ where, allowed }) => where === "red" && !allowed);
    assert.deepEqual(whats(refused), [...compartment].sort());
  });

  it("are refused in another's namespace, whatever they are", () => {
    const there = attempts.filter(({ where }) => where === "blue");
    assert.deepEqual(whats(there), [...work, ...compartment].sort());
    assert.deepEqual(
      there.filter(({ allowed }) => allowed),
      [],
    );
  });

  it("are refused outside namespaces", () => {
    const outside = attempts.filter(({ where }) => where === "cluster");
    assert.ok(outside.length > 5);
    for (const { allowed, path } of outside) {
      assert.equal(allowed, false);
      assert.doesNotMatch(path, /\/namespaces\/(?:red|blue)/);
    }
  });

  it("are allowed in all namespaces of a team that stands for two groups", () => {
    const two = plan(environment({ "groups.blue.team.directoryGroup": "CN=red" }));
    const allowed = accessAttempts(two, "red").filter((attempt) => attempt.allowed);
    assert.deepEqual([...new Set(allowed.map(({ where }) => where))].sort(), ["blue", "red"]);
  });

  it("change nothing where they are allowed, though they should not be", () => {
    for (const { method, path, what } of attempts) {
      const isQuestion = method === "GET" || path.endsWith("/selfsubjectaccessreviews");
      assert.equal(path.endsWith("?dryRun=All"), !isQuestion, what);
    }
  });

  it("give rights, where they may, to the team that asks", () => {
    const { body } = attempts.find(({ what }) => what === "give rights") ?? assert.fail();
    const { subjects } = body as { readonly subjects: readonly object[] };
    assert.deepEqual(subjects, [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "CN=red" }]);
  });
});

/** What becomes of all attempts where every compartment holds, but for what `differs` says. */
function breaches(
  planned: Plan,
  differs: (result: PlacementResult | AccessResult) => object | undefined = () => undefined,
): Breaches {
  const but = <T extends PlacementResult | AccessResult>(result: T): T => ({ ...result, ...differs(result) });
  return {
    millis: 4321.4,
    placement: [...targets(planned)].flatMap(([namespace, { collection }]) =>
      placementAttempts.map((attempt) =>
        but<PlacementResult>({
          namespace,
          attempt,
          other: collection,
          outcome: attempt.refusal === undefined ? "waiting" : "refused",
          detail: "",
        }),
      ),
    ),
    access: [...new Set(planned.collections.map(({ group }) => group))].flatMap((group) =>
      accessAttempts(planned, group).map((attempt) =>
        but<AccessResult>({ group, attempt, outcome: attempt.allowed ? "allowed" : "refused", detail: "" }),
      ),
    ),
  };
}

describe("the report of a check of compartments", () => {
  const isPlacement = (
    result: PlacementResult | AccessResult,
    namespace: string,
    name: string,
  ): result is PlacementResult =>
    "namespace" in result && result.namespace === namespace && result.attempt.name === name;
  const isAccess = (
    result: PlacementResult | AccessResult,
    group: string,
    where: string,
    what: string,
  ): result is AccessResult =>
    "group" in result &&
    result.group === group &&
    result.attempt.where === where &&
    result.attempt.what === what;

  /** With one of each outcome that should not be. */
  const some = async () =>
    breaches(await planOf("dev"), (result) => {
      if (isPlacement(result, "test-claims", "nodename"))
        return { outcome: "there", detail: "its pod was put on test-portal-1" };
      if (isPlacement(result, "test-portal", "taint"))
        return {
          outcome: "untold",
          detail: "the control run did not get there: its pod does not run on the other's nodes",
        };
      if (isAccess(result, "test-billing", "test-claims", "list pods"))
        return { outcome: "open", detail: "200" };
      if (isAccess(result, "test-billing", "test-claims", "read secrets"))
        return { outcome: "open", detail: "200" };
      if (isAccess(result, "test-claims", "test-claims", "create a pod"))
        return { outcome: "closed", detail: '403 pods is forbidden: User "team:test-claims" cannot create' };
      if (isAccess(result, "test-portal", "cluster", "list nodes"))
        return { outcome: "untold", detail: "the administrator may not either: 0 connect ECONNREFUSED" };
      return undefined;
    });

  it("tells every outcome at a glance, and of each surprise who, what, where and how", async () => {
    const file = new URL("../../../golden/dev-breaches.txt", import.meta.url);
    await assertGolden(file, describeBreaches(await planOf("dev"), await some()));
  });

  it("counts as surprises what got out, what was shut out of its own, and what cannot be told", async () => {
    const { placement, access } = surprisesOf(await some());
    assert.deepEqual(
      placement.map(({ namespace, attempt, outcome }) => [namespace, attempt.name, outcome]),
      [
        ["test-claims", "nodename", "there"],
        ["test-portal", "taint", "untold"],
      ],
    );
    assert.deepEqual(
      access.map(({ group, attempt, outcome }) => [group, attempt.where, outcome]),
      [
        ["test-billing", "test-claims", "open"],
        ["test-billing", "test-claims", "open"],
        ["test-claims", "test-claims", "closed"],
        ["test-portal", "cluster", "untold"],
      ],
    );
  });

  it("finds no surprise where pods are refused or wait, and teams may what is theirs", async () => {
    const planned = await planOf("dev");
    const held = breaches(planned);
    assert.deepEqual(surprisesOf(held), { placement: [], access: [] });
    const text = describeBreaches(planned, held);
    assert.match(text, /^no surprises: /m);
    assert.doesNotMatch(text, /BREACH|closed|\?|breach/);
  });

  it("shows the worst of a team's requests in a place, never a sound one in its stead", async () => {
    const planned = await planOf("dev");
    const row = (outcomes: readonly string[]) => {
      const text = describeBreaches(
        planned,
        breaches(planned, (result) => {
          const at = ["list pods", "create a pod", "give rights"].findIndex((what) =>
            isAccess(result, "test-billing", "test-billing", what),
          );
          return outcomes[at] === undefined ? undefined : { outcome: outcomes[at] };
        }),
      );
      const [header = [], ...rows] = text
        .slice(text.indexOf("team of"))
        .split("\n")
        .map((line) => line.split(/ {2,}/));
      return rows.find(([team]) => team === "test-billing")?.[header.indexOf("test-billing")];
    };
    assert.equal(row([]), "own");
    assert.equal(row(["untold"]), "? 1");
    assert.equal(row(["untold", "closed"]), "closed 1");
    assert.equal(row(["untold", "closed", "open"]), "BREACH 1");
  });

  it("shows the first 40 surprises, and says how many more there are and where", async () => {
    const planned = await planOf("dev");
    const all = breaches(planned, (result) => ("namespace" in result ? { outcome: "there" } : undefined));
    const lines = describeBreaches(planned, all).split("\n");
    const count = planned.namespaces.length * placementAttempts.length;
    assert.equal(lines.filter((line) => line.startsWith("  breach: ")).length, 40);
    assert.ok(lines.includes(`${count} surprises`));
    assert.ok(lines.includes(`  and ${count - 40} more, which --json has`));
  });

  it("has every attempt for programs, and says of one surprise that it is one", async () => {
    const planned = await planOf("dev");
    const one = breaches(planned, (result) =>
      isPlacement(result, "test-claims", "nodename")
        ? { outcome: "there", detail: "on test-portal-1" }
        : undefined,
    );
    const { placement, access } = breachesJson(one);
    assert.deepEqual([placement.length, access.length], [one.placement.length, one.access.length]);
    assert.deepEqual(
      placement.filter(({ outcome }) => outcome === "there"),
      [
        {
          namespace: "test-claims",
          other: "test-portal",
          outcome: "there",
          detail: "on test-portal-1",
          attempt: "nodename",
        },
      ],
    );
    assert.match(describeBreaches(planned, one), /^1 surprise$/m);
  });
});

describe("a check of compartments", () => {
  const planned = plan(environment());
  let identity: Identity;
  before(async function () {
    requires(this, "openssl");
    identity = await makeIdentity();
  });

  const ok = (body: object = {}): Answer => ({ status: 200, body });
  const created = (body: object = {}): Answer => ({ status: 201, body });
  const refused = (message: string): Answer => ({ status: 403, body: { message } });

  async function apiOf(
    answer: Answering,
  ): Promise<{ readonly api: ApiServer; readonly server: FakeApiServer }> {
    const server = await FakeApiServer.start(identity, answer);
    const api = new ApiServer({ server: server.url, ca: identity.cert, ...identity });
    afterwards(() => {
      api.close();
    });
    return { api, server };
  }

  describe("of nodes", () => {
    const control = "bulkhead-check-x";
    const nodeOf = (namespace: string) => targets(planned).get(namespace)?.node ?? assert.fail(namespace);
    const labelOf = ({ metadata }: Made): string => metadata.labels?.[checkLabel] ?? "";

    /** The cluster as its administrator sees it, with these pods in the teams' namespaces. */
    function cluster(
      pods: readonly object[] = [],
      controlled: (made: Made) => boolean = () => true,
    ): Answering {
      const inControl: object[] = [];
      return ({ method, url, body }) => {
        if (method === "POST" && url === "/api/v1/namespaces")
          return created({ metadata: { name: control } });
        if (method === "POST") {
          const { metadata } = body as Made;
          const nodeName = nodeOf(metadata.labels?.["bulkhead/check-of"] ?? "");
          if (controlled(body as Made))
            inControl.push({ metadata, spec: { nodeName }, status: { phase: "Running" } });
          return created();
        }
        return ok({
          items: url.includes(`/${control}/pods`) ? inControl : url.includes("/pods") ? pods : [],
        });
      };
    }

    /** What becomes of one attempt of red's, where all others are refused as they have to be. */
    async function tryOne(
      name: string,
      answer: Answer,
      { pods = [], controlled }: { pods?: readonly object[]; controlled?: (made: Made) => boolean } = {},
    ): Promise<PlacementResult> {
      const waits = {
        metadata: { labels: { [checkLabel]: "hostname" } },
        spec: {},
        status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
      };
      const admin = await apiOf(cluster([...pods, waits], controlled));
      const team = await apiOf(({ body, url }) => {
        const attempt = labelOf(body as Made);
        if (attempt === name && url.includes("/red/")) return answer;
        return attempt === "hostname" ? created() : refused(says(attempt));
      });
      const teams = new Map(["red", "blue"].map((group) => [group, team.api]));
      const results = await tryPlacement(planned, admin.api, teams);
      const { requests } = admin.server;
      assert.ok(
        requests.some(({ method, url }) => method === "DELETE" && url === `/api/v1/namespaces/${control}`),
        "its own namespace is gone",
      );
      const last = requests.findLastIndex(({ method }) => method === "POST");
      const swept = requests
        .slice(last)
        .filter(({ method, url }) => method === "DELETE" && url.includes("?labelSelector="));
      assert.equal(swept.length, 6, "pods and DaemonSets of both namespaces and of the control run are gone");
      assert.equal(results.length, 2 * placementAttempts.length);
      const isIt = (result: PlacementResult) => result.namespace === "red" && result.attempt.name === name;
      if (controlled === undefined)
        for (const { attempt, outcome, detail } of results.filter((result) => !isIt(result)))
          assert.equal(
            outcome,
            attempt.name === "hostname" ? "waiting" : "refused",
            `${attempt.name}: ${detail}`,
          );
      return results.find(isIt) ?? assert.fail();
    }
    const says = (attempt: string): string =>
      ({
        selector: "pod node label selector conflicts with its namespace node label selector",
        antiaffinity: "exceeded quota: cross-namespace-affinity, requested: pods=1",
      })[attempt] ?? "ValidatingAdmissionPolicy 'bulkhead-pods' denied request";

    const onNode = (name: string, nodeName: string) => ({
      metadata: { labels: { [checkLabel]: name } },
      spec: { nodeName },
    });

    it("finds that a pod is refused", async () => {
      const { outcome, other: aimedAt } = await tryOne("selector", refused(says("selector")));
      assert.deepEqual([outcome, aimedAt], ["refused", "blue"]);
    });

    it("finds that a pod waits for a node that takes it", async () => {
      assert.equal((await tryOne("hostname", created())).outcome, "waiting");
    });

    it("finds a pod on another collection's node", async () => {
      const { outcome, detail } = await tryOne("selector", created(), {
        pods: [onNode("selector", "blue-1")],
      });
      assert.deepEqual([outcome, detail], ["there", "its pod is on blue-1"]);
    });

    it("finds a pod that was put there past the scheduler, though it be gone when somebody looks", async () => {
      const { outcome, detail } = await tryOne("nodename", created({ spec: { nodeName: "blue-1" } }));
      assert.deepEqual([outcome, detail], ["there", "its pod was put on blue-1"]);
    });

    it("finds a pod that keeps others from nodes, which does so wherever it gets to", async () => {
      const { outcome, detail } = await tryOne("antiaffinity", created(), {
        pods: [
          {
            metadata: { labels: { [checkLabel]: "antiaffinity" } },
            spec: {},
            status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
          },
        ],
      });
      assert.deepEqual([outcome, detail], ["there", "it was created"]);
    });

    it("finds that a DaemonSet has no pods since its controller was refused each, and by what", async () => {
      const failure = 'pods "breach-daemonset-" is forbidden: pod tolerations conflict';
      const admin = cluster();
      const { api } = await apiOf((request) =>
        request.url.includes("/red/events?") && request.url.includes("involvedObject.name%3Dagent%2C")
          ? ok({ items: [{ message: failure }] })
          : admin(request),
      );
      const team = await apiOf(({ body }) => {
        const attempt = labelOf(body as Made);
        return attempt === "daemonset" ? created({ metadata: { name: "agent" } }) : refused(says(attempt));
      });
      hurry();
      const teams = new Map(["red", "blue"].map((group) => [group, team.api]));
      const found = (await tryPlacement(planned, api, teams)).filter(
        ({ attempt }) => attempt.name === "daemonset",
      );
      assert.deepEqual(
        found.map(({ namespace, outcome, detail }) => [namespace, outcome, detail]),
        [
          ["blue", "untold", "nothing has been decided about it after 15 s"],
          ["red", "waiting", failure],
        ],
      );
    });

    it("finds nothing in a refusal for another reason", async () => {
      const { outcome, detail } = await tryOne("selector", refused("exceeded quota: quota"));
      assert.deepEqual([outcome, detail], ["untold", "refused for another reason: exceeded quota: quota"]);
    });

    it("finds nothing in a refusal where the control run, with the defence off, does not get there either", async () => {
      hurry();
      const { outcome, detail } = await tryOne("selector", refused(says("selector")), {
        controlled: (made) => labelOf(made) !== "selector",
      });
      assert.equal(outcome, "untold");
      assert.match(detail, /the control run did not get there/);
    });

    it("finds nothing in a pod of which nothing is decided, for which it does not wait for ever", async () => {
      const { api } = await apiOf(cluster());
      const team = await apiOf(({ body }) =>
        labelOf(body as Made) === "selector" ? created() : refused(says(labelOf(body as Made))),
      );
      hurry();
      const teams = new Map(["red", "blue"].map((group) => [group, team.api]));
      const [first] = (await tryPlacement(planned, api, teams)).filter(
        ({ attempt }) => attempt.name === "selector",
      );
      assert.equal(first?.outcome, "untold");
      assert.match(first.detail, /nothing has been decided about it/);
    });

    it("is not made where a team has no kubeconfig, and leaves nothing behind either", async () => {
      const { api, server } = await apiOf(cluster());
      await assert.rejects(tryPlacement(planned, api, new Map()), {
        message: /there is no kubeconfig of the team of (?:red|blue)/,
      });
      assert.equal(server.requests.at(-1)?.url, `/api/v1/namespaces/${control}`);
      assert.equal(server.requests.at(-1)?.method, "DELETE");
    });
  });

  describe("of rights", () => {
    const may = (isAllowed: boolean) => created({ status: { allowed: isAllowed } });
    const isReview = (url: string) => url.endsWith("/selfsubjectaccessreviews");
    const everything: Answering = ({ url }) => (isReview(url) ? may(true) : ok());
    const no = 'pods is forbidden: User "team:red" cannot do this';

    /** A server at which red's team may what it has to and nothing else, but for what `differs` says. */
    const soundBut =
      (differs: (method: string, url: string) => Answer | undefined = () => undefined): Answering =>
      ({ method, url, body }) => {
        const different = differs(method, url);
        if (different !== undefined) return different;
        if (isReview(url)) {
          const { spec } = body as {
            readonly spec: { readonly resourceAttributes: { namespace: string; subresource: string } };
          };
          const { namespace, subresource } = spec.resourceAttributes;
          return may(namespace === "red" && subresource === "exec");
        }
        const isWork = /\/api\/v1\/namespaces\/red\/(?:pods|secrets|configmaps)\b/.test(url);
        return isWork ? ok() : refused(no);
      };
    async function tryAs(team: Answering, administrator = everything): Promise<AccessResult[]> {
      const [admin, red] = [await apiOf(administrator), await apiOf(team)];
      return tryAccess(planned, admin.api, new Map([["red", red.api]]));
    }
    const surprises = async (team: Answering, administrator?: Answering) =>
      surprisesOf({ placement: [], access: await tryAs(team, administrator), millis: 0 }).access.map(
        ({ attempt, outcome }) => `${outcome}: ${attempt.what} in ${attempt.where}`,
      );

    it("finds that a team may what is its own, and nothing else", async () => {
      const results = await tryAs(soundBut());
      assert.equal(results.length, accessAttempts(planned, "red").length);
      for (const { attempt, outcome } of results)
        assert.equal(outcome, attempt.allowed ? "allowed" : "refused", attempt.what);
    });

    it("finds what a team may in another's namespace", async () => {
      assert.deepEqual(
        await surprises(soundBut((_, url) => (url === "/api/v1/namespaces/blue/secrets" ? ok() : undefined))),
        ["open: read secrets in blue"],
      );
    });

    it("finds what a team may do to its own compartment", async () => {
      assert.deepEqual(
        await surprises(
          soundBut((method, url) =>
            method === "DELETE" && url.includes("/red/networkpolicies/") ? ok() : undefined,
          ),
        ),
        ["open: delete a network policy in red"],
      );
    });

    it("finds what a team may not, though it is its own", async () => {
      assert.deepEqual(
        await surprises(
          soundBut((_, url) => (url === "/api/v1/namespaces/red/secrets" ? refused(no) : undefined)),
        ),
        ["closed: read secrets in red"],
      );
    });

    it("finds nothing in a refusal that is not for lack of rights", async () => {
      assert.deepEqual(
        await surprises(
          soundBut((_, url) =>
            url === "/api/v1/nodes" ? refused("nodes is forbidden: a policy denied request") : undefined,
          ),
        ),
        ["untold: list nodes in cluster", "untold: act as the administrator in cluster"],
      );
    });

    it("finds nothing in a refusal where the administrator is refused, too", async () => {
      assert.deepEqual(
        await surprises(soundBut(), (request) =>
          request.url === "/api/v1/secrets" ? { status: 404, body: "" } : everything(request),
        ),
        ["untold: read all secrets in cluster"],
      );
    });
  });
});
