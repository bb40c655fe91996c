import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { enforced } from "../../../../components/engine/kubernetes/enforcement.ts";
import { collectionKey } from "../../../../components/engine/kubernetes/index.ts";
import { afterwards } from "../../../support/afterwards.ts";
import { requires } from "../../../support/machine.ts";
import { record } from "../../../support/record.ts";
import { FakeApiServer, makeIdentity, refusal, type Answer, type Identity } from "./apiServer.ts";
import { clusterOf, valueOf } from "./recorded.ts";

describe("the proof that an API server keeps a namespace to its nodes", () => {
  let admin: Identity;
  before(async function () {
    requires(this, "openssl");
    admin = await makeIdentity();
  });

  const forbidden = (message: string): Answer => ({ status: 403, body: { message } });
  const notReady: Answer = { status: 503, body: "starting" };
  const created: Answer = { status: 201, body: { kind: "Pod" } };

  /** The name that comes out of it, for a server that listens, or may, at this address. */
  async function ask(server: string, { preview = false, identity = admin } = {}): Promise<string> {
    let name = "";
    await record(
      async () => {
        const cluster = clusterOf({ server, identity });
        name = await valueOf(enforced(cluster, pulumi.output("red")));
      },
      { preview },
    );
    return name;
  }

  /** Makes waiting for as long as it ever does take no time. */
  function hurry(): void {
    const { now } = Date;
    let ahead = 0;
    Date.now = () => now() + (ahead += 20_000);
    afterwards(() => {
      Date.now = now;
    });
  }

  it("is the refusal of a pod that asks for another collection's nodes", async () => {
    const server = await FakeApiServer.start(admin, refusal);
    assert.equal(await ask(server.url), "red");
  });

  it("is asked for as the administrator, in the namespace, and leaves no pod behind", async () => {
    const server = await FakeApiServer.start(admin, refusal);
    await ask(server.url);
    const [request] = server.requests;
    assert.equal(server.requests.length, 1);
    assert.equal(request?.user, "bulkhead:admin");
    assert.equal(request.method, "POST");
    assert.equal(request.url, "/api/v1/namespaces/red/pods?dryRun=All");
    const { kind, spec } = request.body as { kind: string; spec: { nodeSelector: Record<string, string> } };
    assert.equal(kind, "Pod");
    assert.deepEqual(Object.keys(spec.nodeSelector), [collectionKey]);
    assert.notEqual(spec.nodeSelector[collectionKey], "red");
  });

  it("fails where the pod may be created, with the plugin that is off and what it means", async () => {
    const server = await FakeApiServer.start(admin, created);
    await assert.rejects(ask(server.url), (error) => {
      assert.ok(error instanceof pulumi.RunError, "a message, not a stack");
      assert.match(error.message, /does not keep namespace "red" to its nodes/);
      assert.match(error.message, /201.*may be created/);
      assert.match(error.message, /--enable-admission-plugins=PodNodeSelector/);
      assert.match(error.message, /No team was given access/);
      return true;
    });
    assert.equal(server.requests.length, 1, "asking again would not help");
  });

  it("fails where the pod may be created in a preview, too", async () => {
    const server = await FakeApiServer.start(admin, created);
    await assert.rejects(ask(server.url, { preview: true }), /does not keep namespace "red"/);
  });

  for (const [title, message] of [
    ["by another plugin", 'pods "of-another-collection" is forbidden: violates PodSecurity "restricted"'],
    ["for lack of rights", 'pods is forbidden: User "x" cannot create resource "pods" in API group ""'],
    ["by a policy", "ValidatingAdmissionPolicy 'bulkhead-pods' denied request: pods run elsewhere"],
  ] as const)
    it(`fails where the pod is refused ${title}, since that shows nothing of the plugin`, async () => {
      const server = await FakeApiServer.start(admin, forbidden(message));
      await assert.rejects(ask(server.url), ({ message: told }: Error) => {
        assert.match(told, /does not keep namespace "red" to its nodes/);
        assert.ok(told.includes("403") && told.includes(message), told);
        return true;
      });
      assert.equal(server.requests.length, 1, "asking again would not help");
    });

  it("waits for the namespace's service account", async () => {
    const missing = 'pods "x" is forbidden: error looking up service account red/default: not found';
    const server = await FakeApiServer.start(admin, forbidden(missing), forbidden(missing), refusal);
    assert.equal(await ask(server.url), "red");
    assert.equal(server.requests.length, 3);
  });

  it("waits for a server that is not ready", async () => {
    const server = await FakeApiServer.start(admin, notReady, notReady, refusal);
    assert.equal(await ask(server.url), "red");
    assert.equal(server.requests.length, 3);
  });

  it("waits for a server that nothing reaches yet", async () => {
    const server = await FakeApiServer.start(admin, refusal);
    await server.stop();
    const answer = ask(server.url);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await server.listen();
    assert.equal(await answer, "red");
  });

  it("does not wait for ever", async () => {
    const server = await FakeApiServer.start(admin, notReady);
    hurry();
    await assert.rejects(ask(server.url), /503.*starting/);
  });

  it("is no proof where it comes from a server that the cluster's authority does not vouch for", async () => {
    const server = await FakeApiServer.start(await makeIdentity(), refusal);
    hurry();
    await assert.rejects(ask(server.url), /certificate/);
    assert.equal(server.requests.length, 0, "nothing is said to a stranger");
  });

  it("is asked for in a preview of a cluster that runs, and leaves no pod there either", async () => {
    const server = await FakeApiServer.start(admin, refusal);
    assert.equal(await ask(server.url, { preview: true }), "red");
    assert.match(server.requests[0]?.url ?? "", /dryRun=All/);
  });

  it("is not waited for in a preview of a cluster that is down", async () => {
    const server = await FakeApiServer.start(admin, refusal);
    await server.stop();
    assert.equal(await ask(server.url, { preview: true }), "red");
  });

  it("asks nobody in a preview of a cluster that is yet to be made", async () => {
    let name: string | undefined = "unset";
    await record(
      async () => {
        name = await valueOf(enforced(clusterOf(), pulumi.output("red")));
      },
      { preview: true },
    );
    assert.equal(name, undefined);
  });
});
