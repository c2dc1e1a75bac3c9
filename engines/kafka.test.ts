import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kafkaBroker } from "./kafka.ts";
import type { KafkaBrokerOptions } from "./kafka.ts";
import { renderJaas, renderProperties } from "./properties.ts";
import { superDigest, zookeeperConnect, zookeeperMember } from "./zookeeper.ts";

/** `java.util.Properties.load`, for one line. */
function load(line: string): [string, string] {
  const unescape = (text: string) =>
    text.replace(/\\(u[0-9a-f]{4}|.)/gs, (_, what: string) =>
      what.startsWith("u") && what.length === 5
        ? String.fromCharCode(parseInt(what.slice(1), 16))
        : ({ n: "\n", r: "\r", t: "\t", f: "\f" }[what] ?? what),
    );
  const match = /^((?:\\.|[^\\=: \t])*)[=:]?(.*)$/s.exec(line);
  return [unescape(match?.[1] ?? ""), unescape((match?.[2] ?? "").replace(/^[ \t]+/, ""))];
}

describe("properties", () => {
  it("come back as they were, whatever is in them", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-zA-Z0-9_.-]*$/),
        fc.string({ unit: "binary" }),
        (key, value) => {
          const text = renderProperties({ [key]: value });
          expect(text.endsWith("\n")).toBe(true);
          expect(text.slice(0, -1)).not.toMatch(/[\n\r]/);
          expect(load(text.slice(0, -1))).toEqual([key, value]);
        },
      ),
    );
  });

  it("a JAAS file refuses what it cannot carry", () => {
    expect(renderJaas("Client", "M", { username: "kafka", password: "p-1" })).toBe(
      'Client {\n  M required\n  username="kafka"\n  password="p-1";\n};\n',
    );
    expect(() => renderJaas("Client", "M", { password: 'a"b' })).toThrow(/password holds a quote/);
  });
});

const options: KafkaBrokerOptions = {
  name: "east/kafka-1",
  home: "/home/kafka-1",
  java: "/bin/java",
  libs: "/libs",
  id: 1,
  coordination: { kind: "zookeeper", connect: "127.0.0.1:1/kafka", password: "secret" },
  ports: { sasl: 1001, tls: 1002 },
  tls: { ca: "-ca-\n", certificate: "-certificate-\n", privateKey: "-key-\n" },
  replicationFactor: 2,
  minInsyncReplicas: 2,
};
const settingsOf = (broker: KafkaBrokerOptions) => {
  const file = kafkaBroker(broker).files?.find((each) => each.path === "conf/server.properties");
  return Object.fromEntries((file?.content ?? "").trimEnd().split("\n").map(load));
};

describe("a broker", () => {
  it("denies by default, makes no topic by itself and loses no acknowledged record", () => {
    expect(settingsOf(options)).toMatchObject({
      "allow.everyone.if.no.acl.found": "false",
      "auto.create.topics.enable": "false",
      "unclean.leader.election.enable": "false",
      "min.insync.replicas": "2",
      "super.users": "User:admin;User:broker",
      "ssl.client.auth": "required",
      "ssl.keystore.key": "-key-\n",
      "zookeeper.set.acl": "true",
      "authorizer.class.name": "kafka.security.authorizer.AclAuthorizer",
    });
  });

  it("keeps secrets out of its command line", () => {
    const { argv } = kafkaBroker(options);
    expect(argv.join(" ")).not.toMatch(/secret|-key-/);
  });

  it("is a controller too when KRaft names it, and is formatted with the given id", () => {
    const kraft = (id: number): KafkaBrokerOptions => ({
      ...options,
      id,
      coordination: { kind: "kraft", clusterId: "THE-ID", controller: { id: 1, port: 1003 } },
    });
    expect(settingsOf(kraft(1))).toMatchObject({ "process.roles": "broker,controller" });
    expect(settingsOf(kraft(2))).toMatchObject({
      "process.roles": "broker",
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    });
    expect(kafkaBroker(kraft(1)).ports).toHaveProperty("controller", 1003);
    expect(kafkaBroker(kraft(2)).ports).not.toHaveProperty("controller");
    expect(kafkaBroker(kraft(2)).initialize?.[0]).toContain("--cluster-id=THE-ID");
  });
});

describe("an ensemble", () => {
  const members = [1, 2, 3].map((id) => ({
    id,
    clientPort: 2000 + id,
    quorumPort: 2100 + id,
    electionPort: 2200 + id,
    adminPort: 2300 + id,
  }));
  const member = {
    name: "east/zookeeper-1",
    home: "/home/zookeeper-1",
    java: "/bin/java",
    libs: "/libs",
    id: 1,
    members,
    superPassword: "super-secret",
    kafkaPassword: "kafka-secret",
  };

  it("has no secret on a command line, and only a hash of the super password in a file", () => {
    const spec = zookeeperMember(member);
    expect(spec.argv.join(" ")).not.toMatch(/secret/);
    expect(JSON.stringify(spec.files)).not.toContain("super-secret");
    expect(zookeeperConnect(members, "/kafka")).toBe(
      "127.0.0.1:2001,127.0.0.1:2002,127.0.0.1:2003/kafka",
    );
  });

  it("has the digest that ZooKeeper's own generator prints", () => {
    // `DigestAuthenticationProvider super:test` of ZooKeeper 3.9.
    expect(superDigest("test")).toBe("super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
  });

  it("of two members, or without this one, is refused", () => {
    expect(() => zookeeperMember({ ...member, members: members.slice(1) })).toThrow(/1, 3 or 5/);
    expect(() => zookeeperMember({ ...member, id: 9 })).toThrow(/its ids are 1, 2, 3/);
  });
});
