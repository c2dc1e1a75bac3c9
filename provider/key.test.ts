import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, connect } from "node:tls";
import { describe, expect, test } from "vitest";
import { keyResource } from "./key.ts";
import type { CallContext } from "./resource.ts";
import { UNKNOWN } from "./values.ts";
import type { Properties } from "./values.ts";

const ignore = () => undefined;
const context: CallContext = {
  urn: "urn:pulumi:s::p::recover:index:Key::k",
  signal: new AbortController().signal,
  progress: ignore,
  info: ignore,
  warn: ignore,
};

interface Wrapped {
  readonly value: string;
}

async function make(inputs: Properties): Promise<Record<string, string>> {
  const { outputs } = await keyResource.create(inputs, false, context);
  const plain = Object.entries(outputs).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null ? (value as Wrapped).value : value,
  ]);
  return Object.fromEntries(plain) as Record<string, string>;
}

describe("Key", () => {
  test("passwords are letters and digits of the asked length, never twice the same", async () => {
    const one = await make({ kind: "password" });
    const two = await make({ kind: "password", length: 64 });
    expect(one["value"]).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(two["value"]).toMatch(/^[A-Za-z0-9]{64}$/);
    expect((await make({ kind: "password" }))["value"]).not.toBe(one["value"]);
  });

  test("secrets go to the engine as secrets", async () => {
    for (const [kind, name] of [
      ["password", "value"],
      ["ed25519", "privateKey"],
    ] as const) {
      const { outputs } = await keyResource.create({ kind }, false, context);
      expect(outputs[name]).toHaveProperty("4dabf18193072939515e22adb298388d");
    }
  });

  test("ed25519: what one key signs, its public key verifies", async () => {
    const key = await make({ kind: "ed25519" });
    expect(key["keyId"]).toMatch(/^[0-9a-f]{16}$/);
    const data = Buffer.from("ledger");
    const signature = sign(null, data, createPrivateKey(key["privateKey"] ?? ""));
    expect(verify(null, data, createPublicKey(key["publicKey"] ?? ""), signature)).toBe(true);
  });

  test("a cluster id is what Kafka accepts", async () => {
    expect((await make({ kind: "clusterId" }))["value"]).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
  });

  test("certificates make a mutual TLS connection, by host name and by address", async () => {
    const ca = await make({ kind: "ca", commonName: "test, O=x+y" });
    const signed = {
      kind: "certificate",
      caCertificate: ca["certificate"],
      caPrivateKey: ca["privateKey"],
    };
    const server = await make({ ...signed, commonName: "b", hosts: ["localhost", "127.0.0.1"] });
    const client = await make({ ...signed, commonName: "clickhouse-e7", usages: ["client"] });
    const authority = { ca: ca["certificate"] ?? "" };
    const own = (key: Record<string, string>) => ({
      ...authority,
      cert: key["certificate"] ?? "",
      key: key["privateKey"] ?? "",
    });
    const listener = createServer(
      { ...own(server), requestCert: true, rejectUnauthorized: true },
      (socket) => socket.end(String(socket.getPeerCertificate().subject.CN)),
    ).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as { port: number };
    for (const identity of [{ servername: "localhost" }, {}]) {
      const socket = connect({ host: "127.0.0.1", port, ...own(client), ...identity });
      const [said] = (await once(socket, "data")) as [Buffer];
      expect(said.toString()).toBe("clickhouse-e7");
    }
    listener.close();
    const leaf = new X509Certificate(server["certificate"] ?? "");
    expect(leaf.checkIssued(new X509Certificate(ca["certificate"] ?? ""))).toBe(true);
    expect(new X509Certificate(ca["certificate"] ?? "").subject).toBe("CN=test\\, O=x\\+y");
    expect(leaf.validFromDate.getTime()).toBeLessThan(Date.now() - 23 * 3600_000);
    expect(leaf.validToDate.getUTCFullYear()).toBe(new Date().getUTCFullYear() + 10);
    expect(createPrivateKey(server["privateKey"] ?? "").asymmetricKeyType).toBe("ec");
    expect(server["privateKey"]).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  test("a changed input replaces it, an unchanged one never does", async () => {
    const diff = (olds: Properties, news: Properties) =>
      keyResource.diff(
        { id: "k", state: olds, olds, news, refreshing: false, ignored: [] },
        context,
      );
    const ca = { kind: "ca", commonName: "a" };
    expect(await diff(ca, { ...ca })).toEqual({ changes: [], replaces: [] });
    expect(await diff(ca, { ...ca, commonName: "b" })).toEqual({
      changes: ["commonName"],
      replaces: ["commonName"],
    });
  });

  test.each([
    [{ kind: "passwort" }, "kind"],
    [{ kind: "password", length: 4 }, "length"],
    [{ kind: "ca" }, "commonName"],
    [{ kind: "ca", commonName: "x".repeat(65) }, "commonName"],
    [{ kind: "certificate", commonName: "a", caCertificate: UNKNOWN, caPrivateKey: UNKNOWN }, ""],
  ])("checks %j", (inputs, property) => {
    const failures = keyResource.check(inputs).map((failure) => failure.property);
    expect(failures).toEqual(property === "" ? [] : [property]);
  });
});
