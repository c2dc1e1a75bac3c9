import type { KafkaTarget } from "./producers/protocol.ts";
import type { Stack } from "./stack.ts";

/** The stack outputs that a user of the platform works with. */
export interface Platform {
  readonly kafka: KafkaTarget;
  readonly clickhouse: {
    readonly url: string;
    readonly username: string;
    readonly password: string;
  };
  readonly eventsTable: string;
  readonly postgresUrl: string;
  readonly epoch: number;
  /** Names of its buckets, the same on both sides. */
  readonly vault: { readonly backups: string; readonly archive: string };
  readonly connection: unknown;
  readonly backupConnection: unknown;
  /** Only of a primary: what its standby must know. */
  readonly standbyConfig?: {
    readonly server: {
      readonly endpoint: string;
      readonly region: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
    };
    readonly trust: Readonly<Record<string, string>>;
  };
  /** After a recovery: its report. */
  readonly recovery?: unknown;
}

/** @throws Error that names an output that is missing */
export async function platformOf(stack: Stack): Promise<Platform> {
  const outputs = await stack.outputs();
  const text = (name: string): string => {
    const value = outputs[name];
    if (typeof value !== "string" || value === "") {
      throw new Error(`stack ${stack.name} has no output "${name}"`);
    }
    return value;
  };
  const { standbyConfig } = outputs as Pick<Platform, "standbyConfig">;
  const recovery = outputs["recoveryDetails"];
  return {
    kafka: {
      bootstrap: text("kafkaBootstrap"),
      securityProtocol: text("kafkaSecurityProtocol"),
      username: text("kafkaUsername"),
      password: text("kafkaPassword"),
      clusterId: text("kafkaClusterId"),
      topic: text("eventsTopic"),
    },
    clickhouse: {
      url: text("clickhouseUrl"),
      username: text("clickhouseUsername"),
      password: text("clickhousePassword"),
    },
    eventsTable: text("eventsTable"),
    postgresUrl: text("postgresUrl"),
    epoch: Number(outputs["epoch"]),
    vault: outputs["vault"] as Platform["vault"],
    connection: outputs["connection"],
    backupConnection: outputs["backupConnection"],
    ...(standbyConfig === undefined ? {} : { standbyConfig }),
    ...(recovery === undefined ? {} : { recovery }),
  };
}
