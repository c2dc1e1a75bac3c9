import * as pulumi from "@pulumi/pulumi";

export type KeyArgs =
  /** Letters and digits, safe in URLs, shells, XML and SQL. */
  | {
      readonly kind: "password";
      /** Characters. @default 32 */
      readonly length?: number;
    }
  /** A random UUID; not secret. */
  | { readonly kind: "id" }
  /** 16 random bytes as Kafka writes its cluster ids (base64url); not secret. */
  | { readonly kind: "clusterId" }
  | { readonly kind: "ed25519" }
  | { readonly kind: "ca"; readonly commonName: pulumi.Input<string> }
  | {
      readonly kind: "certificate";
      readonly commonName: pulumi.Input<string>;
      readonly caCertificate: pulumi.Input<string>;
      readonly caPrivateKey: pulumi.Input<string>;
      /** DNS names and IP addresses. @default none */
      readonly hosts?: readonly string[];
      /** @default both */
      readonly usages?: readonly ("server" | "client")[];
    };

/**
 * Something random, made once and kept in the stack's state as a secret; any changed input makes a
 * new one (replacement). Certificates are ECDSA P-256, valid for 10 years.
 *
 * @remarks Recovery: a standby that has to read what the primary signed or encrypted gets the key
 * by its own config, never from the primary's state.
 */
export class Key extends pulumi.CustomResource {
  /** `password` (secret), `id` and `clusterId`; empty for the other kinds. */
  declare readonly value: pulumi.Output<string>;
  /** `ed25519`: the first 16 hex digits of the public key's SHA-256; empty for the other kinds. */
  declare readonly keyId: pulumi.Output<string>;
  /** `ed25519`: SPKI PEM; empty for the other kinds. */
  declare readonly publicKey: pulumi.Output<string>;
  /** `ca`, `certificate`: PEM; empty for the other kinds. */
  declare readonly certificate: pulumi.Output<string>;
  /** `ed25519`, `ca`, `certificate`: PKCS#8 PEM, secret; empty for the other kinds. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: KeyArgs, opts?: pulumi.CustomResourceOptions) {
    const secretOutputs = args.kind === "password" ? ["value"] : ["privateKey"];
    super(
      "recover:index:Key",
      name,
      {
        ...args,
        ...(args.kind === "certificate" && { caPrivateKey: pulumi.secret(args.caPrivateKey) }),
        value: undefined,
        keyId: undefined,
        publicKey: undefined,
        certificate: undefined,
        privateKey: undefined,
      },
      pulumi.mergeOptions({ additionalSecretOutputs: secretOutputs }, opts),
    );
  }
}
