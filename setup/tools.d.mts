/** What set-up installed, as absolute paths; written by `npm run setup`. */
export interface Tools {
  /** Node 22.18 or newer. */
  readonly node: string;
  readonly java: string;
  /** Python 3.11 or newer. */
  readonly python: string;
  readonly pulumi: string;
  /** A PULUMI_HOME of the project's own, so that tests leave the user's alone. */
  readonly pulumiHome: string;
  readonly versitygw: string;
  /** Folder of jars, for `java -cp "${kafkaLibs}/*" kafka.Kafka`. */
  readonly kafkaLibs: string;
  /** Folder of jars, for `java -cp "${zookeeperLibs}/*" org.apache.zookeeper.server.quorum.QuorumPeerMain`. */
  readonly zookeeperLibs: string;
  /** Etcd and the Kubernetes API server in one program; only after `npm run test:kubernetes` or `npm run test:all`. */
  readonly kubernetes?: string;
  /** Folder with `initdb`, `pg_ctl` and `postgres`. */
  readonly postgresBin: string;
  /** Words to put before a command that refuses root; use `asNonRoot` of as-non-root.mjs. */
  readonly asNonRoot: readonly string[];
  /** Folder with the `barman-cloud-*` commands. */
  readonly barmanBin: string;
  /** The library with ClickHouse's engine; null where npm has none for this machine. */
  readonly libchdb: string | null;
  /** A real `clickhouse` on PATH, when there is one. */
  readonly clickhouse: string | null;
  /** Folder of the programs and wrappers that set-up made, Kafka's command-line tools among them. */
  readonly binDir: string;
}

/** @throws when a piece is missing, with the command that gets it */
export function loadTools(file?: string): Tools;
