import { createHash, generateKeyPairSync, randomBytes, randomInt, randomUUID } from "node:crypto";
import { z } from "zod";
import { makeCa, makeCertificate } from "./certificates.ts";
import { UserError } from "../lib/user-error.ts";
import type { Created, DiffRequest, DiffResult, Resource } from "./resource.ts";
import { UNKNOWN, changedNames, hasUnknown, secret } from "./values.ts";
import type { Properties } from "./values.ts";

const commonName = z.string().min(1).max(64); // ub-common-name of RFC 5280.

const schema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("password"), length: z.int().min(12).max(256).optional() }),
  z.strictObject({ kind: z.literal("id") }),
  z.strictObject({ kind: z.literal("clusterId") }),
  z.strictObject({ kind: z.literal("ed25519") }),
  z.strictObject({ kind: z.literal("ca"), commonName }),
  z.strictObject({
    kind: z.literal("certificate"),
    commonName,
    caCertificate: z.string().min(1),
    caPrivateKey: z.string().min(1),
    hosts: z.array(z.string().min(1)).optional(),
    usages: z
      .array(z.enum(["server", "client"]))
      .min(1)
      .optional(),
  }),
]);
type KeyInputs = z.infer<typeof schema>;

interface Outputs {
  readonly value?: unknown;
  readonly keyId?: string;
  readonly publicKey?: string;
  readonly certificate?: string;
  readonly privateKey?: unknown;
}

const outputNames: Record<KeyInputs["kind"], readonly (keyof Outputs)[]> = {
  password: ["value"],
  id: ["value"],
  clusterId: ["value"],
  ed25519: ["keyId", "publicKey", "privateKey"],
  ca: ["certificate", "privateKey"],
  certificate: ["certificate", "privateKey"],
};

const none = { value: "", keyId: "", publicKey: "", certificate: "", privateKey: "" };

/** `recover:index:Key`: made once, kept in state; other inputs make another one. */
export const keyResource: Resource = {
  check(news) {
    const issues = schema.safeParse(news).error?.issues ?? [];
    return issues
      .map((issue) => ({ property: String(issue.path[0] ?? ""), reason: issue.message }))
      .filter(({ property }) => !hasUnknown(news[property]));
  },

  diff({ olds, news }: DiffRequest): Promise<DiffResult> {
    const changes = changedNames(olds, news);
    return Promise.resolve({ changes, replaces: changes });
  },

  async create(news, preview): Promise<Created> {
    const inputs = news as unknown as KeyInputs;
    if (preview) {
      const unknown = outputNames[inputs.kind].map((name) => [name, UNKNOWN] as const);
      return { id: "", outputs: { ...news, ...none, ...Object.fromEntries(unknown) } };
    }
    const made = await make(inputs);
    return { id: made.keyId ?? randomUUID(), outputs: { ...news, ...none, ...made } };
  },

  read(_id, state): Promise<Properties> {
    if (state["kind"] !== undefined) return Promise.resolve(state);
    throw new UserError(
      "a Key cannot be imported: it is in no other place than its stack's state.",
    );
  },

  update: () => Promise.reject(new Error("a Key is replaced, never updated")),

  delete: () => Promise.resolve(),
};

async function make(inputs: KeyInputs): Promise<Outputs> {
  switch (inputs.kind) {
    case "password":
      return { value: secret(makePassword(inputs.length ?? 32)) };
    case "id":
      return { value: randomUUID() };
    case "clusterId":
      return { value: makeClusterId() };
    case "ed25519": {
      const pair = generateKeyPairSync("ed25519");
      const der = pair.publicKey.export({ type: "spki", format: "der" });
      return {
        keyId: createHash("sha256").update(der).digest("hex").slice(0, 16),
        publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
        privateKey: secret(pair.privateKey.export({ type: "pkcs8", format: "pem" })),
      };
    }
    case "ca": {
      const { certificate, privateKey } = await makeCa(inputs.commonName);
      return { certificate, privateKey: secret(privateKey) };
    }
    case "certificate": {
      const { hosts = [], usages = ["server", "client"] } = inputs;
      const { certificate, privateKey } = await makeCertificate({ ...inputs, hosts, usages });
      return { certificate, privateKey: secret(privateKey) };
    }
  }
}

/** Letters and digits only: 32 of them hold 190 bits. */
function makePassword(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}

/** As org.apache.kafka.common.Uuid.randomUuid: never with a leading dash, which tools take for an option. */
function makeClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}
