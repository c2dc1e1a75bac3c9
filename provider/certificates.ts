import "reflect-metadata"; // Needed by @peculiar/x509, before it.
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A peer's clock may lag this far behind without finding a fresh certificate "not yet valid". */
const SKEW_MS = 24 * 3600 * 1000;
const YEARS = 10;

export interface CertifiedKey {
  /** PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
}

/** A self-signed certificate authority. */
export async function makeCa(commonName: string): Promise<CertifiedKey> {
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...common(),
      name: nameOf(commonName),
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificate: certificate.toString("pem"), privateKey: await exportKey(keys) };
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly caCertificate: string;
  readonly caPrivateKey: string;
  /** DNS names and IP addresses. */
  readonly hosts: readonly string[];
  readonly usages: readonly ("server" | "client")[];
}

/** A certificate signed by the given authority. */
export async function makeCertificate(request: CertificateRequest): Promise<CertifiedKey> {
  const ca = new x509.X509Certificate(request.caCertificate);
  const signingKey = await webcrypto.subtle.importKey(
    "pkcs8",
    x509.PemConverter.decodeFirst(request.caPrivateKey),
    algorithm,
    false,
    ["sign"],
  );
  const keys = await generate();
  const names = request.hosts.map((value) => ({
    type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const),
    value,
  }));
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...common(),
      subject: nameOf(request.commonName),
      issuer: ca.subjectName,
      publicKey: keys.publicKey,
      signingKey: signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(
          request.usages.map((usage) => x509.ExtendedKeyUsage[`${usage}Auth`]),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey, false, webcrypto),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    },
    webcrypto,
  );
  return { certificate: certificate.toString("pem"), privateKey: await exportKey(keys) };
}

function common() {
  const now = Date.now();
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  return { notBefore: new Date(now - SKEW_MS), notAfter, signingAlgorithm: algorithm };
}

/** As a structure, so that no character of the name means anything to a parser. */
function nameOf(commonName: string): x509.Name {
  return new x509.Name([{ CN: [{ utf8String: commonName }] }]);
}

async function generate(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function exportKey(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return x509.PemConverter.encode(der, x509.PemConverter.PrivateKeyTag);
}
