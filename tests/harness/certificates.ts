import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

export interface TestCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
}

export interface TestAuthority {
  /** PEM. */
  readonly ca: string;
  /** @param names that it is for. @default `localhost` and the address 127.0.0.1 */
  issue(commonName: string, names?: readonly string[]): Promise<TestCertificate>;
}

/** A certificate authority of one test. */
export async function testAuthority(): Promise<TestAuthority> {
  const authorityKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const validity = {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
  };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=test authority",
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: authority.toString("pem"),
    async issue(commonName, names) {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${commonName}`,
        issuer: authority.subject,
        publicKey: keys.publicKey,
        signingKey: authorityKeys.privateKey,
        signingAlgorithm: algorithm,
        ...validity,
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            names?.map((value) => ({ type: "dns", value })) ?? [
              { type: "dns", value: "localhost" },
              { type: "ip", value: "127.0.0.1" },
            ],
          ),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
      return {
        certificate: certificate.toString("pem"),
        privateKey: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
      };
    },
  };
}
