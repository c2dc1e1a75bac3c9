import { generateKeyPairSync } from "node:crypto";
import type { Ledger } from "./schema.ts";

/** A well-formed ledger for tests; `overrides` win. */
export function ledgerFixture(overrides: Partial<Ledger> = {}): Ledger {
  const id = overrides.id ?? "20261122T231500Z-full-a1b2c3";
  return {
    version: 1,
    id,
    line: "main",
    epoch: 1,
    kind: id.includes("-full-") ? "full" : "incremental",
    chain: [id],
    createdAt: "2026-11-22T23:15:00Z",
    finishedAt: "2026-11-22T23:15:10Z",
    writer: { stack: "local", owner: "o", region: "east" },
    keyId: "k1",
    cut: { segment: 1, pausedSeconds: 1.5, exactTables: ["events_hourly"], partitions: [] },
    clickhouse: {
      database: "posthog",
      tables: [],
      contentHashes: [],
      backups: [{ id, cut: `e1/clickhouse/${id}/cut`, bulk: `e1/clickhouse/${id}/bulk` }],
    },
    kafka: { archived: [], topics: [], acls: [], logins: [] },
    objects: [],
    lockUntil: null,
    versions: {},
    ...overrides,
  };
}

/** Ed25519 as PEM. */
export function keyPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}
