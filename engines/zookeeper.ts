import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ProcessSpec } from "./process.ts";
import { renderJaas, renderLogback, renderProperties } from "./properties.ts";

/** One member of the ensemble, as every member must know it. All ports on 127.0.0.1. */
export interface ZooKeeperMember {
  /** 1 to 255, unique in the ensemble. */
  readonly id: number;
  readonly clientPort: number;
  readonly quorumPort: number;
  readonly electionPort: number;
  /** HTTP admin server: health, snapshot. */
  readonly adminPort: number;
}

export interface ZooKeeperOptions {
  /** Unique inside a platform, for example `east/zookeeper-1`. */
  readonly name: string;
  /** Absolute folder. */
  readonly home: string;
  /** Absolute path of the `java` program (17 or newer). */
  readonly java: string;
  /** Absolute folder with the jars of ZooKeeper 3.9.4 or newer and of its admin server. */
  readonly libs: string;
  /** Which of `members` this one is. */
  readonly id: number;
  /** 1, 3 or 5 members. */
  readonly members: readonly ZooKeeperMember[];
  /** Of the digest user `super`, who bypasses every ACL; needed for a snapshot and a restore. */
  readonly superPassword: string;
  /** Of the SASL user `kafka`, who owns the brokers' znodes. @default no SASL user */
  readonly kafkaPassword?: string;
  /** @default 96 */
  readonly heapMegabytes?: number;
}

/** Milliseconds; a session lives 2 to 20 ticks. */
const TICK_MS = 1000;

/**
 * A member of a ZooKeeper ensemble. It counts as ready when it serves as a leader or follower: a
 * member without a quorum answers its admin server, but says that it does not serve.
 */
export function zookeeperMember(options: ZooKeeperOptions): ProcessSpec {
  const self = checkEnsemble(options);
  const conf = join(options.home, "conf");
  const data = join(options.home, "data");
  const jaas = join(conf, "jaas.conf");
  const heap = options.heapMegabytes ?? 96;
  return {
    name: options.name,
    home: options.home,
    argv: [
      options.java,
      "-Xms32m",
      `-Xmx${String(heap)}m`,
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:+ExitOnOutOfMemoryError",
      "-Djava.awt.headless=true",
      "-Djava.net.preferIPv4Stack=true",
      `-Dlogback.configurationFile=${join(conf, "logback.xml")}`,
      ...(options.kafkaPassword === undefined ? [] : [`-Djava.security.auth.login.config=${jaas}`]),
      "-cp",
      join(options.libs, "*"),
      "org.apache.zookeeper.server.quorum.QuorumPeerMain",
      join(conf, "zoo.cfg"),
    ],
    files: [
      { path: "data/myid", content: String(options.id) },
      { path: "conf/zoo.cfg", content: renderProperties(serverConfig(options, self, data)) },
      {
        path: "conf/logback.xml",
        content: renderLogback(join(options.home, "log", "zookeeper.log")),
      },
      ...(options.kafkaPassword === undefined
        ? []
        : [
            {
              path: "conf/jaas.conf",
              content: renderJaas("Server", "org.apache.zookeeper.server.auth.DigestLoginModule", {
                user_kafka: options.kafkaPassword,
              }),
            },
          ]),
    ],
    ports: {
      client: self.clientPort,
      admin: self.adminPort,
      ...(options.members.length > 1
        ? { quorum: self.quorumPort, election: self.electionPort }
        : {}),
    },
    health: {
      kind: "http",
      url: `http://127.0.0.1:${String(self.adminPort)}/commands/is_read_only`,
      contains: '"read_only" : false',
    },
    stopTimeoutSeconds: 10,
  };
}

/** `host:port,…` of the whole ensemble, with the chroot that keeps one user's znodes apart. */
export function zookeeperConnect(members: readonly ZooKeeperMember[], chroot = ""): string {
  return members.map((member) => `127.0.0.1:${String(member.clientPort)}`).join(",") + chroot;
}

/** `super:` and the base64 SHA-1, as ZooKeeper's DigestAuthenticationProvider compares it. */
export function superDigest(password: string): string {
  const hash = createHash("sha1").update(`super:${password}`).digest("base64");
  return `super:${hash}`;
}

function serverConfig(
  options: ZooKeeperOptions,
  self: ZooKeeperMember,
  data: string,
): Record<string, string | number | boolean> {
  const members =
    options.members.length === 1
      ? {}
      : Object.fromEntries(
          options.members.map((member) => [
            `server.${String(member.id)}`,
            `127.0.0.1:${String(member.quorumPort)}:${String(member.electionPort)}`,
          ]),
        );
  return {
    dataDir: data,
    tickTime: TICK_MS,
    initLimit: 20,
    syncLimit: 10,
    clientPort: self.clientPort,
    clientPortAddress: "127.0.0.1",
    maxClientCnxns: 60,
    "4lw.commands.whitelist": "ruok",
    "autopurge.snapRetainCount": 3,
    "autopurge.purgeInterval": 1,
    "admin.enableServer": true,
    "admin.serverAddress": "127.0.0.1",
    "admin.serverPort": self.adminPort,
    "admin.snapshot.enabled": true,
    // The default lets one snapshot pass in five minutes.
    "admin.rateLimiterIntervalInMS": 100,
    "DigestAuthenticationProvider.superDigest": superDigest(options.superPassword),
    ...(options.kafkaPassword === undefined
      ? {}
      : { "authProvider.sasl": "org.apache.zookeeper.server.auth.SASLAuthenticationProvider" }),
    ...members,
  };
}

function checkEnsemble(options: ZooKeeperOptions): ZooKeeperMember {
  if (![1, 3, 5].includes(options.members.length)) {
    throw new Error(
      `an ensemble has 1, 3 or 5 members, not ${String(options.members.length)}: ` +
        "an even number survives no more failures than one less",
    );
  }
  const self = options.members.find((member) => member.id === options.id);
  if (self === undefined) {
    throw new Error(
      `member ${String(options.id)} is not in the ensemble: ` +
        `its ids are ${options.members.map((member) => String(member.id)).join(", ")}`,
    );
  }
  return self;
}
