/** Ports of one region's engines, all on 127.0.0.1. */
export interface RegionPorts {
  readonly s3: number;
  readonly zookeeper: readonly {
    client: number;
    quorum: number;
    election: number;
    admin: number;
  }[];
  readonly kafka: readonly { tls: number; sasl: number; controller: number }[];
  readonly postgres: number;
  readonly clickhouse: { http: number; tcp: number };
}

/** Ports that one region takes; regions lie one after another from `portBase`. */
export const portsPerRegion = 60;

const members = [0, 1, 2];
const brokers = [0, 1];
const alternatives = 5;

/**
 * The ports of a region. A recovery in place gets fresh ports for its engine: the lost one may still
 * be running, cut off from us (at most five recoveries of one engine before a port is used again).
 */
export function regionPorts(
  portBase: number,
  regionIndex: number,
  recovered: { readonly postgres: number; readonly clickhouse: number },
): RegionPorts {
  const first = portBase + regionIndex * portsPerRegion;
  return {
    s3: first,
    zookeeper: members.map((i) => ({
      client: first + 1 + i * 4,
      quorum: first + 2 + i * 4,
      election: first + 3 + i * 4,
      admin: first + 4 + i * 4,
    })),
    kafka: brokers.map((i) => ({
      tls: first + 20 + i * 3,
      sasl: first + 21 + i * 3,
      controller: first + 22 + i * 3,
    })),
    postgres: first + 30 + (recovered.postgres % alternatives),
    clickhouse: {
      http: first + 40 + (recovered.clickhouse % alternatives) * 2,
      tcp: first + 41 + (recovered.clickhouse % alternatives) * 2,
    },
  };
}
