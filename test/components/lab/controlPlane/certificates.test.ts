import assert from "node:assert/strict";
import { issueCertificates, type Pki } from "../../../../components/lab/controlPlane/certificates.ts";
import { simulator } from "../../../../components/lab/controlPlane/simulation.ts";
import { recordUnderRoot, valueOf, type Whole } from "../../engine/kubernetes/recorded.ts";

const names = { address: "10.16.0.128", service: "10.96.0.1" };

describe("a control plane's certificates", () => {
  let pki: Pki | undefined;
  const issue = (preview = false): Promise<Whole> =>
    recordUnderRoot(
      (parent) => {
        pki = issueCertificates(names, { parent });
      },
      { preview },
    );
  const of = ({ resources }: Whole, type: string) =>
    new Map(
      resources
        .filter((one) => one.type.endsWith(`:${type}`))
        .map(({ name, inputs }) => [name, inputs] as const),
    );
  const subjects = (whole: Whole) =>
    Object.fromEntries([...of(whole, "CertRequest")].map(([name, { subject }]) => [name, subject]));
  const uses = (whole: Whole) =>
    Object.fromEntries(
      [...of(whole, "LocallySignedCert")].map(([name, { allowedUses }]) => [name, allowedUses]),
    );
  const secretOf = (value: unknown) => (value as { readonly value?: string } | undefined)?.value ?? value;

  it("name each program and the administrator", async () => {
    assert.deepEqual(subjects(await issue()), {
      admin: { commonName: "bulkhead:admin", organization: "system:masters" },
      etcd: { commonName: "etcd" },
      "etcd-client": { commonName: "kube-apiserver" },
      "kube-apiserver": { commonName: "kube-apiserver" },
      "kube-controller-manager": { commonName: "system:kube-controller-manager" },
      "kube-scheduler": { commonName: "system:kube-scheduler" },
      kwok: { commonName: simulator },
    });
  });

  it("make nobody but the administrator a member of system:masters, or of any group", async () => {
    const members = Object.entries(subjects(await issue())).filter(
      ([, subject]) => Object.keys(subject as object).length > 1,
    );
    assert.deepEqual(
      members.map(([name]) => name),
      ["admin"],
    );
  });

  it("are good for what their program does, and no client is taken for a server", async () => {
    const client = ["digital_signature", "client_auth"];
    assert.deepEqual(uses(await issue()), {
      admin: client,
      etcd: ["digital_signature", "server_auth", "client_auth"],
      "etcd-client": client,
      "kube-apiserver": ["digital_signature", "server_auth"],
      "kube-controller-manager": client,
      "kube-scheduler": client,
      kwok: client,
    });
  });

  it("sign nothing, but for the two authorities", async () => {
    const whole = await issue();
    for (const [name, { isCaCertificate, allowedUses }] of of(whole, "LocallySignedCert")) {
      assert.notEqual(isCaCertificate, true, name);
      assert.ok(!(allowedUses as readonly string[]).includes("cert_signing"), name);
    }
    const authorities = of(whole, "SelfSignedCert");
    assert.deepEqual([...authorities.keys()], ["ca", "etcd-ca"]);
    for (const [name, { isCaCertificate, allowedUses }] of authorities) {
      assert.equal(isCaCertificate, true, name);
      assert.deepEqual(allowedUses, ["cert_signing", "digital_signature"]);
    }
  });

  it("are signed by the cluster's authority, and etcd's by one that no user of the cluster has", async () => {
    const signers = Object.fromEntries(
      [...of(await issue(), "LocallySignedCert")].map(([name, { caPrivateKeyPem, caCertPem }]) => [
        name,
        [secretOf(caPrivateKeyPem), caCertPem],
      ]),
    );
    const by = (authority: string) => [`privateKeyPem of ${authority}`, `certPem of ${authority}`];
    assert.deepEqual(signers, {
      admin: by("ca"),
      etcd: by("etcd-ca"),
      "etcd-client": by("etcd-ca"),
      "kube-apiserver": by("ca"),
      "kube-controller-manager": by("ca"),
      "kube-scheduler": by("ca"),
      kwok: by("ca"),
    });
  });

  it("have a key each", async () => {
    const whole = await issue();
    const keys = [...of(whole, "CertRequest").values()].map(({ privateKeyPem }) => secretOf(privateKeyPem));
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(of(whole, "PrivateKey").size, keys.length + 3, "with the authorities' and the tokens'");
  });

  it("name the addresses by which the API server is reached, and etcd's loopback alone", async () => {
    const requests = of(await issue(), "CertRequest");
    assert.deepEqual(requests.get("kube-apiserver")?.["ipAddresses"], [
      "10.16.0.128",
      "10.96.0.1",
      "127.0.0.1",
    ]);
    assert.deepEqual(requests.get("etcd")?.["ipAddresses"], ["127.0.0.1"]);
    for (const name of ["kubernetes", "kubernetes.default.svc", "localhost"])
      assert.ok((requests.get("kube-apiserver")?.["dnsNames"] as readonly string[]).includes(name), name);
    for (const name of ["admin", "kwok", "etcd-client", "kube-scheduler"]) {
      const { dnsNames, ipAddresses } = requests.get(name) ?? {};
      assert.deepEqual([dnsNames, ipAddresses], [[], []], name);
    }
  });

  it("come as files for the control plane, of which no authority's key is one", async () => {
    await issue();
    assert.ok(pki !== undefined);
    const files = Object.keys(pki.files).sort();
    assert.deepEqual(
      files.filter((name) => name.endsWith("ca.key")),
      [],
    );
    assert.deepEqual(files, [
      ...["admin.crt", "admin.key", "ca.crt", "etcd-ca.crt", "etcd-client.crt", "etcd-client.key"],
      ...["etcd.crt", "etcd.key", "kube-apiserver.crt", "kube-apiserver.key"],
      ...["kube-controller-manager.crt", "kube-controller-manager.key", "kube-scheduler.crt"],
      ...["kube-scheduler.key", "kwok.crt", "kwok.key", "service-accounts.key", "service-accounts.pub"],
    ]);
    for (const [name, content] of Object.entries(pki.files)) {
      const text = await valueOf(content);
      const kind = name.endsWith(".key") ? "private" : name.endsWith(".pub") ? "public" : "cert";
      assert.equal(text, `${kind === "cert" ? "certPem" : `${kind}KeyPem`} of ${name.replace(/\.\w+$/, "")}`);
    }
  });

  it("are the same in a preview, which knows none of them", async () => {
    const list = ({ resources }: Whole) => resources.map(({ type, name }) => `${type} ${name}`);
    const made = await issue();
    assert.deepEqual(list(await issue(true)), list(made));
    assert.ok(pki !== undefined);
    for (const content of Object.values(pki.files)) assert.equal(await valueOf(content), undefined);
  });
});
