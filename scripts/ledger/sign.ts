import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { UserError } from "../command.ts";
import { canonicalJson } from "./canonical.ts";
import { type Ledger, ledgerSchema, type SignedLedger, signedLedger } from "./schema.ts";

/** Ed25519 public keys (SPKI PEM) by key id: from the standby's own config. Rotation = a list. */
export type Trust = Readonly<Record<string, string>>;

/** The public part of a signing key, as a trust list: who signs trusts itself. */
export function publicKeyOf(signing: {
  readonly keyId: string;
  readonly privateKey: string;
}): Trust {
  const key = createPublicKey(createPrivateKey(signing.privateKey));
  return { [signing.keyId]: key.export({ type: "spki", format: "pem" }).toString() };
}

/** A ledger that was read and may be used, or the reason why not. */
export type Opened =
  { readonly ok: true; readonly ledger: Ledger } | { readonly ok: false; readonly reason: string };

/** Signs the canonical JSON of the ledger; the key's id is inside what is signed. */
export function signLedger(ledger: Ledger, privateKeyPem: string): SignedLedger {
  const key = createPrivateKey(privateKeyPem);
  if (key.asymmetricKeyType !== "ed25519") {
    throw new UserError(
      `the signing key "${ledger.keyId}" is of type ${String(key.asymmetricKeyType)}, but ledgers are ` +
        'signed with Ed25519. Give the backup job a key of kind "ed25519" (PKCS#8 PEM).',
    );
  }
  const value = sign(null, Buffer.from(canonicalJson(ledger)), key).toString("base64");
  return { ledger, signature: { algorithm: "ed25519", keyId: ledger.keyId, value } };
}

/**
 * The ledger inside a signed text, checked in this order: JSON, known key, signature over exactly
 * what was written, schema. Nothing in an unsigned ledger is looked at but its key id.
 */
export function openLedger(text: string, trust: Trust): Opened {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse("it is no JSON (truncated or altered)");
  }
  const signed = signedLedger.safeParse(parsed);
  if (!signed.success) return refuse("it is no signed ledger (truncated or altered)");
  const { ledger, signature } = signed.data;
  const pem = Object.hasOwn(trust, signature.keyId) ? trust[signature.keyId] : undefined;
  if (pem === undefined) {
    const known = Object.keys(trust);
    return refuse(
      `it is signed by key "${signature.keyId}", which is not trusted here (trusted: ` +
        `${known.length === 0 ? "none" : known.join(", ")})`,
    );
  }
  if (!verifies(ledger, signature.value, pem)) {
    return refuse(`its signature by key "${signature.keyId}" does not fit its content (altered)`);
  }
  const valid = ledgerSchema.safeParse(ledger);
  if (!valid.success) {
    const issue = valid.error.issues[0];
    return refuse(
      `it is of another version: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim(),
    );
  }
  if (valid.data.keyId !== signature.keyId) {
    return refuse(`it names key "${valid.data.keyId}" but is signed by "${signature.keyId}"`);
  }
  return { ok: true, ledger: valid.data };
}

function refuse(reason: string): Opened {
  return { ok: false, reason };
}

function verifies(ledger: unknown, value: string, pem: string): boolean {
  const key = createPublicKey(pem);
  let content: string;
  try {
    content = canonicalJson(ledger);
  } catch {
    return false;
  }
  return (
    key.asymmetricKeyType === "ed25519" &&
    verify(null, Buffer.from(content), key, Buffer.from(value, "base64"))
  );
}
