import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** A key and the certificate of its public half, both as PEM. */
export interface Certificate {
  readonly certPem: pulumi.Output<string>;
  readonly keyPem: pulumi.Output<string>;
}

/** Whom a certificate names, and what it may be used for. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  readonly uses: readonly ("server_auth" | "client_auth")[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

const year = 365 * 24;
// Then any `up` of the last month issues it anew, and of the last year an authority.
const early = { certificate: 30 * 24, authority: year };

export const makeKey = (name: string, opts: pulumi.CustomResourceOptions): tls.PrivateKey =>
  new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, opts);

/** An authority of its own, good for ten years. */
export function makeAuthority(
  name: string,
  commonName: string,
  opts: pulumi.CustomResourceOptions,
): Certificate {
  const key = makeKey(name, opts);
  const cert = new tls.SelfSignedCert(
    name,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName },
      isCaCertificate: true,
      allowedUses: ["cert_signing", "digital_signature"],
      validityPeriodHours: 10 * year,
      earlyRenewalHours: early.authority,
    },
    opts,
  );
  return { certPem: cert.certPem, keyPem: key.privateKeyPem };
}

/** A key and a certificate that an authority has signed, good for a year. */
export function issueCertificate(
  name: string,
  { commonName, organization, uses, dnsNames = [], ipAddresses = [] }: Subject,
  authority: Certificate,
  opts: pulumi.CustomResourceOptions,
): Certificate {
  const key = makeKey(name, opts);
  const request = new tls.CertRequest(
    name,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName, ...(organization === undefined ? {} : { organization }) },
      dnsNames: [...dnsNames],
      ipAddresses: [...ipAddresses],
    },
    opts,
  );
  const issued = new tls.LocallySignedCert(
    name,
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: authority.keyPem,
      caCertPem: authority.certPem,
      allowedUses: ["digital_signature", ...uses],
      validityPeriodHours: year,
      earlyRenewalHours: early.certificate,
    },
    opts,
  );
  return { certPem: issued.certPem, keyPem: key.privateKeyPem };
}
