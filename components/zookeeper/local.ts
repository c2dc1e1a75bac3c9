import * as pulumi from "@pulumi/pulumi";
import { zookeeperConnect, zookeeperMember } from "../../engines/zookeeper.ts";
import type { Connection } from "../../scripts/connection.ts";
import { homeOf, type LocalRegion } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Process } from "../local/process.ts";

export interface LocalZooKeeperArgs {
  readonly region: LocalRegion;
  /**
   * Which recovery this ensemble comes from; it gets folders and ports of its own.
   * @default none: the first ensemble
   */
  readonly recoveryId?: string;
}

/**
 * An ensemble of three ZooKeeper members on this machine.
 *
 * @remarks Recovery: its snapshots go to the vault; a lost ensemble is replaced by a fresh one, into which
 * a snapshot's znodes are written again before any broker sees it.
 */
export class LocalZooKeeper extends pulumi.ComponentResource {
  readonly connection: pulumi.Output<NonNullable<Connection["zookeeper"]>>;
  /** `host:port,…/kafka`: where the brokers keep their metadata. */
  readonly kafkaConnect: pulumi.Output<string>;
  /** Of the SASL user `kafka`. */
  readonly kafkaPassword: pulumi.Output<string>;

  constructor(name: string, args: LocalZooKeeperArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:zookeeper:LocalZooKeeper", name, {}, opts);
    const { region, recoveryId } = args;
    const superKey = new Key(`${name}-super`, { kind: "password" }, { parent: this });
    const kafkaKey = new Key(`${name}-kafka`, { kind: "password" }, { parent: this });
    this.kafkaPassword = kafkaKey.value;
    const members = region.ports.zookeeper.map((ports, index) => ({
      id: index + 1,
      clientPort: ports.client,
      quorumPort: ports.quorum,
      electionPort: ports.election,
      adminPort: ports.admin,
    }));
    const suffix = recoveryId === undefined ? "" : `-${recoveryId}`;
    const processes = members.map(
      ({ id }) =>
        new Process(
          `${name}-${String(id)}`,
          pulumi.all([superKey.value, kafkaKey.value]).apply(([superPassword, kafkaPassword]) =>
            zookeeperMember({
              name: `${region.name}/zookeeper-${String(id)}${suffix}`,
              home: homeOf(region, `zookeeper-${String(id)}${suffix}`),
              java: region.tools.java,
              libs: region.tools.zookeeperLibs,
              id,
              members,
              superPassword,
              kafkaPassword,
            }),
          ),
          { parent: this },
        ),
    );
    const generations = pulumi.all(processes.map((member) => member.generation));
    this.kafkaConnect = generations.apply(() => zookeeperConnect(members, "/kafka"));
    this.connection = pulumi.secret(
      pulumi.all([superKey.value, generations]).apply(([superPassword]) => ({
        members: members.map(({ clientPort, adminPort }) => ({
          client: `127.0.0.1:${String(clientPort)}`,
          admin: `http://127.0.0.1:${String(adminPort)}`,
        })),
        superPassword,
      })),
    );
    this.registerOutputs({
      connection: this.connection,
      kafkaConnect: this.kafkaConnect,
      kafkaPassword: this.kafkaPassword,
    });
  }
}
