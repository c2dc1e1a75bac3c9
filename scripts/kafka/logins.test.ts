import { describe, expect, it } from "vitest";
import { kafkaConnection, type KafkaConnection } from "../connection.ts";
import { anyBootstrap, certificateOf, consumerBootstrap } from "../kafka-connection.ts";
import { adminLogin, clientOptions, consumerLogin, groupLogin, kafkaJsLogin } from "./client.ts";
import { knownLogins } from "./scram.ts";

const common = {
  clusterId: "",
  topic: "events",
  partitions: 3,
  replicationFactor: 3,
  group: "clickhouse",
};
const local: KafkaConnection = kafkaConnection.parse({
  ...common,
  bootstrap: "127.0.0.1:1",
  tlsBootstrap: "127.0.0.1:2",
  ca: "ca",
  admin: { username: "admin", password: "a" },
  adminCertificate: { certificate: "c", privateKey: "k" },
  consumer: { epoch: 1, name: "clickhouse-e1", certificate: "c1", privateKey: "k1" },
});
const msk: KafkaConnection = kafkaConnection.parse({
  ...common,
  bootstrap: "b-1:9096,b-2:9096,b-3:9096",
  scramOver: "tls",
  tlsBootstrap: "",
  ca: "",
  iam: { bootstrap: "b-1:9098,b-2:9098,b-3:9098", region: "eu-west-1" },
  producer: { username: "producer", password: "p" },
  archive: { kind: "connect", group: "connect-recover-e2" },
  consumer: { kind: "scram", epoch: 2, name: "clickhouse-e2", password: "p2" },
  formerConsumers: [{ kind: "scram", epoch: 1, name: "clickhouse-e1", password: "p1" }],
});

describe("the local platform", () => {
  it("logs in as ever: by certificate with its CA, by password without TLS", () => {
    expect(adminLogin(local)).toEqual({ kind: "certificate", certificate: "c", privateKey: "k" });
    const { tls, sasl, bootstrapBrokers } = clientOptions(local, adminLogin(local));
    expect({ tls, sasl, bootstrapBrokers }).toEqual({
      tls: { ca: "ca", cert: "c", key: "k" },
      sasl: undefined,
      bootstrapBrokers: ["127.0.0.1:2"],
    });
    const scram = { kind: "scram", username: "producer", password: "p" } as const;
    expect(clientOptions(local, scram)).not.toHaveProperty("tls");
    expect(kafkaJsLogin(local, scram)).toEqual({
      brokers: ["127.0.0.1:1"],
      ssl: false,
      sasl: { mechanism: "scram-sha-512", username: "producer", password: "p" },
    });
    expect(consumerBootstrap(local)).toBe("127.0.0.1:2");
    expect(anyBootstrap(local)).toBe("127.0.0.1:2");
  });
});

describe("whose login looks at ClickHouse's group", () => {
  it("is the administrator's, but for one that comes by IAM: then it is ClickHouse's own", () => {
    expect(groupLogin(local)).toEqual(adminLogin(local));
    expect(groupLogin(msk)).toEqual({ kind: "scram", username: "clickhouse-e2", password: "p2" });
  });

  it("stays IAM's where nobody consumes yet, so that a refusal names the role", () => {
    const { consumer: _consumer, ...without } = msk;
    expect(groupLogin(without)).toEqual({ kind: "iam" });
  });
});

describe("MSK", () => {
  it("lets administrators in as the identity of their process, a token at each login", () => {
    expect(adminLogin(msk)).toEqual({ kind: "iam" });
    const { tls, sasl, bootstrapBrokers } = clientOptions(msk, { kind: "iam" });
    expect(bootstrapBrokers).toEqual(["b-1:9098", "b-2:9098", "b-3:9098"]);
    expect(tls).toEqual({});
    expect(sasl?.mechanism).toBe("OAUTHBEARER");
    expect(sasl?.token).toBeTypeOf("function");
    const js = kafkaJsLogin(msk, { kind: "iam" });
    expect(js).toMatchObject({ ssl: {}, sasl: { mechanism: "oauthbearer" } });
    expect(() => clientOptions(local, { kind: "iam" })).toThrow(/names no listener for IAM/);
  });

  it("takes ClickHouse's password over TLS, by authorities that everybody trusts", () => {
    const login = consumerLogin(msk.consumer ?? expect.fail());
    expect(login).toEqual({ kind: "scram", username: "clickhouse-e2", password: "p2" });
    const { tls, sasl, bootstrapBrokers } = clientOptions(msk, login);
    expect({ tls, sasl, bootstrapBrokers }).toEqual({
      tls: {},
      sasl: { mechanism: "SCRAM-SHA-512", username: "clickhouse-e2", password: "p2" },
      bootstrapBrokers: ["b-1:9096", "b-2:9096", "b-3:9096"],
    });
    expect(kafkaJsLogin({ ...msk, ca: "own" }, login).ssl).toEqual({ ca: "own" });
  });

  it("is consumed from where passwords are taken, also as seen by who has none", () => {
    const { consumer, ...nobody } = msk;
    expect(consumer).toBeDefined();
    expect([msk, nobody].map(consumerBootstrap)).toEqual([msk.bootstrap, msk.bootstrap]);
    expect(anyBootstrap(msk)).toBe(msk.iam?.bootstrap);
  });

  it("has the logins that Secrets Manager has: by name, for the ledger", () => {
    expect(knownLogins(msk)).toEqual(["clickhouse-e1", "clickhouse-e2", "producer"]);
    // Certificates are no logins of the cluster's.
    expect(knownLogins(local)).toEqual(["admin"]);
  });

  it("is nothing for a server that is set up with a certificate", () => {
    expect(() => certificateOf(msk.consumer ?? expect.fail())).toThrow(/is a password/);
    expect(certificateOf(local.consumer ?? expect.fail()).certificate).toBe("c1");
  });

  it("refuses half a login", () => {
    const { consumer } = msk;
    expect(() =>
      kafkaConnection.parse({ ...msk, consumer: { ...consumer, password: "" } }),
    ).toThrow(/is empty/);
    expect(() =>
      kafkaConnection.parse({ ...msk, consumer: { ...consumer, kind: "ldap" } }),
    ).toThrow();
  });
});
