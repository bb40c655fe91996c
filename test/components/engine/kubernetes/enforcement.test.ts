import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { enforced } from "../../../../components/engine/kubernetes/enforcement.ts";
import { collectionKey } from "../../../../components/engine/kubernetes/index.ts";
import { requires } from "../../../support/machine.ts";
import { record } from "../../../support/record.ts";
import {
  FakeApiServer,
  forbidden,
  inTurn,
  makeIdentity,
  probeOf,
  probes,
  sound,
  soundBut,
  type Answer,
  type Identity,
  type Probe,
} from "./apiServer.ts";
import { clusterOf, hurry, valueOf } from "./recorded.ts";

describe("the proof that an API server keeps a namespace in its compartment", () => {
  let admin: Identity;
  before(async function () {
    requires(this, "openssl");
    admin = await makeIdentity();
  });

  const notReady: Answer = { status: 503, body: "starting" };
  const created: Answer = { status: 201, body: { kind: "Pod" } };
  const noNamespace: Answer = { status: 404, body: { message: 'namespaces "red" not found' } };

  /** The name that comes out of it, for a server that listens, or may, at this address. */
  async function ask(
    server: string,
    {
      preview = false,
      identity = admin,
      policies = [],
    }: {
      readonly preview?: boolean;
      readonly identity?: Identity;
      readonly policies?: readonly pulumi.CustomResource[];
    } = {},
  ): Promise<string> {
    let name = "";
    await record(
      async () => {
        const cluster = clusterOf({ server, identity });
        name = await valueOf(enforced(cluster, pulumi.output("red"), policies));
      },
      { preview },
    );
    return name;
  }

  const timesAsked = ({ requests }: FakeApiServer, probe: Probe) =>
    requests.filter((request) => probeOf(request) === probe).length;
  /** What comes of it where it fails. */
  async function problem(server: FakeApiServer, how: Parameters<typeof ask>[1] = {}): Promise<string> {
    let told = "";
    await assert.rejects(ask(server.url, how), (error) => {
      assert.ok(error instanceof pulumi.RunError, "a message, not a stack");
      assert.doesNotMatch(error.stack ?? "", /^ +at /m);
      told = error.message;
      return true;
    });
    assert.match(told, /does not keep namespace "red" in its compartment/);
    assert.match(told, /No team was given access to the namespace\.$/);
    return told;
  }

  it("is that it refuses each pod that would leave it", async () => {
    const server = await FakeApiServer.start(admin, sound);
    assert.equal(await ask(server.url), "red");
    assert.deepEqual(server.requests.map(probeOf).sort(), [...probes].sort());
  });

  it("is asked for as the administrator, in the namespace, and leaves no pod behind", async () => {
    const server = await FakeApiServer.start(admin, sound);
    await ask(server.url);
    for (const { user, method, url, body } of server.requests) {
      assert.equal(user, "bulkhead:admin");
      assert.equal(method, "POST");
      assert.equal(url, "/api/v1/namespaces/red/pods?dryRun=All");
      assert.equal((body as { readonly kind: string }).kind, "Pod");
    }
  });

  it("asks for nodes of a collection that nobody's can be, and for the node's network and a node by name", async () => {
    const server = await FakeApiServer.start(admin, sound);
    await ask(server.url);
    const specs = new Map(
      server.requests.map((request) => [
        probeOf(request),
        (request.body as { readonly spec: Readonly<Record<string, unknown>> }).spec,
      ]),
    );
    const selector = specs.get("nodeSelector")?.["nodeSelector"] as Readonly<Record<string, string>>;
    assert.deepEqual(Object.keys(selector), [collectionKey]);
    // Collections' names are in small letters.
    assert.match(selector[collectionKey] ?? "", /^[A-Z]+$/);
    assert.equal(specs.get("hostNetwork")?.["hostNetwork"], true);
    assert.match(String(specs.get("nodeName")?.["nodeName"]), /\S/);
  });

  const missing: Readonly<Record<Probe, { readonly what: RegExp; readonly wayOut: RegExp }>> = {
    nodeSelector: {
      what: /did not refuse a pod that asks for another collection's nodes/,
      wayOut: /Turn on its admission plugin PodNodeSelector \(--enable-admission-plugins=PodNodeSelector\)/,
    },
    hostNetwork: {
      what: /did not refuse a pod that takes the node's own network/,
      wayOut: /Leave its admission plugin PodSecurity on/,
    },
    nodeName: {
      what: /did not refuse a pod that goes past the scheduler/,
      wayOut: /Its admission plugin ValidatingAdmissionPolicy has to be on/,
    },
  };

  for (const preview of [false, true])
    for (const probe of probes)
      it(`fails ${preview ? "in preview" : "in up"} where a pod with ${probe} may be created, and says what to do`, async () => {
        const server = await FakeApiServer.start(admin, soundBut(probe, created));
        hurry();
        const told = await problem(server, { preview });
        assert.match(told, /201, it may be created/);
        for (const [other, { what, wayOut }] of Object.entries(missing)) {
          assert.equal(what.test(told), other === probe, `${other}: ${told}`);
          assert.equal(wayOut.test(told), other === probe, `${other}: ${told}`);
        }
      });

  it("says all that is missing at once", async () => {
    const server = await FakeApiServer.start(admin, created);
    hurry();
    const told = await problem(server);
    for (const { what, wayOut } of Object.values(missing)) {
      assert.match(told, what);
      assert.match(told, wayOut);
    }
  });

  it("asks nothing more once it has failed", async () => {
    const server = await FakeApiServer.start(admin, (request) =>
      probeOf(request) === "nodeSelector" ? created : notReady,
    );
    hurry();
    await problem(server);
    const { length } = server.requests;
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(server.requests.length, length);
  });

  for (const [title, probe, message] of [
    ["another plugin", "nodeSelector", 'violates PodSecurity "restricted:latest"'],
    [
      "a policy",
      "nodeSelector",
      "ValidatingAdmissionPolicy 'bulkhead-pods' denied request: pods run elsewhere",
    ],
    ["a policy", "hostNetwork", "ValidatingAdmissionPolicy 'bulkhead-pods' denied request: hostNetwork"],
    ["another policy", "nodeName", "ValidatingAdmissionPolicy 'others' denied request: no"],
    ["lack of rights", "nodeName", 'User "x" cannot create resource "pods" in API group ""'],
  ] as const)
    it(`fails where the pod with ${probe} is refused by ${title}, since that shows nothing of what is asked`, async () => {
      const server = await FakeApiServer.start(admin, soundBut(probe, forbidden(message)));
      hurry();
      const told = await problem(server);
      assert.match(told, missing[probe].what);
      assert.ok(told.includes("403") && told.includes(message), told);
    });

  for (const probe of probes)
    it(`waits for what refuses ${probe}, which is not in force at once when it has just been made`, async () => {
      const server = await FakeApiServer.start(admin, soundBut(probe, inTurn(created, created, sound)));
      assert.equal(await ask(server.url), "red");
      for (const one of probes) assert.equal(timesAsked(server, one), one === probe ? 3 : 1, one);
    });

  it("waits for that a few seconds and no longer", async () => {
    const server = await FakeApiServer.start(admin, soundBut("nodeName", created));
    hurry(6_000);
    await problem(server);
    assert.equal(timesAsked(server, "nodeName"), 1, "asking again would not help");
  });

  it("comes only when everything stands that judges pods", async () => {
    const server = await FakeApiServer.start(admin, sound);
    const { promise, resolve } = Promise.withResolvers<string>();
    const policy = { id: pulumi.output(promise) } as unknown as pulumi.CustomResource;
    const answer = ask(server.url, { policies: [policy] });
    await new Promise((ready) => setTimeout(ready, 150));
    assert.equal(server.requests.length, 0);
    resolve("bulkhead-pods");
    assert.equal(await answer, "red");
    assert.equal(server.requests.length, 3);
  });

  it("never comes where what judges pods cannot be made", async () => {
    const server = await FakeApiServer.start(admin, sound);
    const id = pulumi.output(Promise.reject<string>(new Error("no such API")));
    const policy = { id } as unknown as pulumi.CustomResource;
    await assert.rejects(ask(server.url, { policies: [policy] }), /no such API/);
    assert.equal(server.requests.length, 0);
  });

  for (const [title, answer] of [
    ["the namespace's service account", forbidden("error looking up service account red/default: not found")],
    ["the namespace's service account, as it may also say", forbidden('serviceaccount "default" not found')],
    ["a server that is not ready", notReady],
    ["a namespace that is new to it", noNamespace],
  ] as const)
    it(`waits for ${title}, longer than for a policy`, async () => {
      const server = await FakeApiServer.start(admin, inTurn(answer, answer, sound));
      hurry(2_500);
      assert.equal(await ask(server.url), "red");
      for (const probe of probes) assert.equal(timesAsked(server, probe), 3);
    });

  it("waits for a server that nothing reaches yet", async () => {
    const server = await FakeApiServer.start(admin, sound);
    await server.stop();
    const answer = ask(server.url);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await server.listen();
    assert.equal(await answer, "red");
  });

  for (const [title, answer, told] of [
    ["a server that never gets ready", notReady, /503, starting/],
    ["a namespace that never comes", noNamespace, /404, namespaces "red" not found/],
  ] as const)
    it(`does not wait for ever for ${title}`, async () => {
      const server = await FakeApiServer.start(admin, answer);
      hurry();
      assert.match(await problem(server), told);
    });

  it("is no proof where it comes from a server that the cluster's authority does not vouch for", async () => {
    const server = await FakeApiServer.start(await makeIdentity(), sound);
    hurry();
    assert.match(await problem(server), /certificate/);
    assert.equal(server.requests.length, 0, "nothing is said to a stranger");
  });

  it("is asked for in a preview of a cluster that runs, and leaves no pod there either", async () => {
    const server = await FakeApiServer.start(admin, sound);
    assert.equal(await ask(server.url, { preview: true }), "red");
    assert.equal(server.requests.length, 3);
    for (const { url } of server.requests) assert.match(url, /dryRun=All/);
  });

  it("is not waited for in a preview of a cluster that is down", async () => {
    const server = await FakeApiServer.start(admin, sound);
    await server.stop();
    assert.equal(await ask(server.url, { preview: true }), "red");
  });

  it("is not waited for in a preview of a namespace that is new to a cluster that runs", async () => {
    const server = await FakeApiServer.start(admin, noNamespace);
    assert.equal(await ask(server.url, { preview: true }), "red");
    assert.equal(server.requests.length, 3);
  });

  it("asks nobody in a preview of a cluster that is yet to be made", async () => {
    let name: string | undefined = "unset";
    await record(
      async () => {
        name = await valueOf(enforced(clusterOf(), pulumi.output("red"), []));
      },
      { preview: true },
    );
    assert.equal(name, undefined);
  });
});
