import type * as pulumi from "@pulumi/pulumi";
import type { StepFactory, StepLike } from "../components/job/steps.ts";
import type { ConnectionParts } from "../components/local/context.ts";
import type { EpochWriters, WriterAccess } from "../components/vault/local.ts";
import type {
  ClickHouseConnection,
  Connection,
  ConsumerLogin,
  ControlBucket,
  KafkaConnection,
  VaultSide,
} from "../scripts/connection.ts";

export type Part<K extends keyof Connection> = pulumi.Input<NonNullable<Connection[K]>>;

/**
 * What a role needs of a platform. `primary.ts` and `standby.ts` are the programs of the roles, from top to
 * bottom, on every platform: in which order things are asked, claimed, restored, fenced and proven is written
 * there and nowhere else. A platform says what each of them is made of, and where steps run.
 *
 * Methods are called once each, in the order in which they stand here, but for those that say otherwise.
 */
export interface Platform {
  readonly name: Connection["platform"];
  /**
   * Steps that use the vault alone. They run where `pulumi up` does: also in previews, and before anything
   * that could run them is there.
   */
  readonly here: StepFactory;
  /** The control bucket as this stack's own operator reaches it, before anything of this stack is made. */
  readonly control: () => pulumi.Output<ControlBucket>;
  /** The vault in this stack's region as its operator reaches it: what a standby reads before it has a login. */
  readonly vaultAdmin: () => pulumi.Output<VaultSide>;
  readonly vault: (args: VaultWish) => PlatformVault;
  /**
   * Asked behind `vault`: the copy of the vault in another region that a standby makes once it has taken over. Undefined
   * where it makes none; a primary's copies are part of its `vault`.
   */
  readonly copy: () => VaultCopy | undefined;
  /** Steps that talk to engines run beside them. */
  readonly beside: (args: BesideWish) => StepFactory;
  /** ZooKeeper; undefined where nothing needs an ensemble. May be called before or after `kafka`. */
  readonly ensemble: (args: EngineWish) => Ensemble | undefined;
  readonly kafka: (args: KafkaWish) => Brokers;
  readonly clickhouse: (args: ClickHouseWish) => Servers;
  readonly postgres: (args: PostgresWish) => Database;
  readonly protection: (args: ProtectionWish) => Protection;
  /** Copies what the primary writes into the standby's region. Only a primary's stack calls it. */
  readonly replicate: (args: ReplicateWish) => void;
  /** How a client logs in to Kafka, for the stack's outputs. */
  readonly kafkaSecurityProtocol: "SASL_PLAINTEXT" | "SASL_SSL";
  /**
   * What a standby's own config must hold before the day, beside `trust`: called by a primary's stack, and by one that
   * took over and makes a `copy`.
   *
   * @param epoch in force; a failover takes the next
   */
  readonly pairing: (epoch: pulumi.Input<number>) => Pairing;
}

/** Who asks, and after what. */
interface Wish {
  readonly base: ConnectionParts;
  readonly dependsOn: readonly pulumi.Resource[];
}

export type VaultWish = Wish;

export interface BesideWish extends Wish {
  /** What the steps are part of: where their results are kept. */
  readonly recoveryId: pulumi.Input<string>;
  readonly vault: PlatformVault;
  readonly writers: EpochWriters;
}

/** An engine; one that was recovered in place has folders, ports and names of its own. */
export interface EngineWish {
  readonly name: string;
  readonly recoveryId?: string;
  readonly dependsOn: readonly pulumi.Resource[];
}

export interface KafkaWish extends EngineWish {
  readonly ensemble: Ensemble | undefined;
  /** Epochs of ClickHouse's logins, oldest first; the last one is the current. */
  readonly consumerEpochs: readonly pulumi.Input<number>[];
}

export interface ClickHouseWish extends EngineWish {
  readonly writers: EpochWriters;
  readonly kafka: Brokers;
  readonly ensemble: Ensemble | undefined;
  /** Ensemble recovered since, for which the server is restarted. */
  readonly restartedFor?: string;
}

export interface PostgresWish extends EngineWish {
  readonly base: ConnectionParts;
  readonly writers: EpochWriters;
  /** Whose prefix its backups go to. */
  readonly epoch: pulumi.Input<number>;
  readonly source: "new" | RestoredFrom;
}

/** Where a database that is brought back is found. */
export interface RestoredFrom {
  readonly vault: pulumi.Output<VaultSide>;
  /** Newest first. */
  readonly epochs: pulumi.Output<readonly number[]>;
  /** Line of those epochs. */
  readonly line: string;
  /** What `pick-ledger` answered, where this recovery has chosen a ledger. */
  readonly picked?: pulumi.Output<unknown>;
}

export interface ProtectionWish {
  /** Who protects, with the epoch in force. */
  readonly base: ConnectionParts;
  readonly vault: PlatformVault;
  readonly writers: EpochWriters;
  readonly kafka: pulumi.Output<KafkaConnection>;
  readonly brokers: Brokers;
  /** Result of `kafka-topology`. */
  readonly topology: pulumi.Output<Topology>;
  readonly clickhouse: Part<"clickhouse">;
  readonly postgres: Database;
  readonly zookeeper?: Part<"zookeeper">;
  readonly signing: Part<"signing">;
  readonly trust: Part<"trust">;
  /** What must be up before the archiver starts. */
  readonly archiverAfter: readonly pulumi.Resource[];
  /** What must be up before the lease is kept and backups are made. */
  readonly ingestAfter: readonly pulumi.Resource[];
}

export interface ReplicateWish extends Wish {
  readonly vault: PlatformVault;
  readonly replicators: Replicators;
}

/** What `kafka-topology` answers, as far as stacks use it. */
export interface Topology {
  readonly clusterId: string;
  readonly topicIds?: Readonly<Record<string, string>>;
}

export interface PlatformVault {
  /** Reads all of the vault, writes fences and step results. */
  readonly recovery: WriterAccess;
  /** Takes the logins of former epochs away. */
  readonly admin: pulumi.Output<VaultSide>;
  /** Logins of one epoch's writers; before its fence has passed they only read. */
  writersOf(
    suffix: string,
    epoch: pulumi.Input<number>,
    dependsOn: readonly pulumi.Resource[],
  ): EpochWriters;
  /** Lets an epoch's writers write, once its fence has passed. @returns what a writer waits for */
  arm(suffix: string, dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[];
  /** Logins of the replication, and `arm`: made anew behind a fence they lock a returning primary out. */
  replicators(dependsOn: readonly pulumi.Resource[]): Replicators;
}

export interface VaultCopy {
  readonly side: pulumi.Output<VaultSide>;
  /** What is copied has to be written behind these. */
  readonly made: readonly pulumi.Resource[];
}

export interface Replicators {
  /** Of the primary's region. */
  readonly reader: pulumi.Output<VaultSide>;
  /** Of the standby's. */
  readonly writer: pulumi.Output<VaultSide>;
  /** What a writer waits for. */
  readonly made: readonly pulumi.Resource[];
}

export interface Ensemble {
  readonly resource: pulumi.Resource;
  readonly connection: pulumi.Output<NonNullable<Connection["zookeeper"]>>;
}

export interface Brokers {
  readonly resource: pulumi.Resource;
  /** The cluster id may be missing: the topology step reads it from the brokers. */
  readonly connection: pulumi.Output<KafkaConnection>;
  /** The same without ClickHouse's logins: a new epoch's login does not change it. */
  readonly withoutConsumers: pulumi.Output<KafkaConnection>;
  /** ClickHouse's login of each epoch, oldest first. */
  readonly consumers: readonly pulumi.Output<ConsumerLogin>[];
}

export interface Servers {
  readonly connection: pulumi.Output<ClickHouseConnection>;
  /** Changes at every start: a restart forgets the streaming tables. */
  readonly generation: pulumi.Output<unknown>;
}

export interface Database {
  readonly resource: pulumi.Resource;
  readonly connection: pulumi.Output<NonNullable<Connection["postgres"]>>;
  /** What can be granted only once the tables are there. */
  readonly afterSchema?: (schema: pulumi.Resource) => void;
}

export interface Protection {
  readonly archiver: pulumi.Resource;
  /** What a backup needs, for `backup` by hand. */
  readonly backupConnection: pulumi.Output<Connection>;
  /** The first backup of this epoch, where it is part of the protection. */
  readonly first?: StepLike<unknown>;
}

/** A standby's own config; `npm run pair` writes it. */
export type Pairing = Readonly<Record<string, pulumi.Input<unknown>>>;
