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
export const portsPerRegion = 100;

const members = [0, 1, 2];
const brokers = [0, 1];
const alternatives = 5;

/** How often each engine of the region was recovered in place. */
export interface RecoveredCounts {
  readonly zookeeper: number;
  readonly postgres: number;
  readonly clickhouse: number;
}

/**
 * The ports of a region. A recovery in place gets fresh ports for its engine: the lost one may still
 * be running, cut off from us (at most five recoveries of one engine before a port is used again).
 */
export function regionPorts(
  portBase: number,
  regionIndex: number,
  recovered: RecoveredCounts,
): RegionPorts {
  const first = portBase + regionIndex * portsPerRegion;
  const ensemble = first + 30 + (recovered.zookeeper % alternatives) * 12;
  return {
    s3: first,
    kafka: brokers.map((i) => ({
      tls: first + 1 + i * 3,
      sasl: first + 2 + i * 3,
      controller: first + 3 + i * 3,
    })),
    postgres: first + 10 + (recovered.postgres % alternatives),
    clickhouse: {
      http: first + 20 + (recovered.clickhouse % alternatives) * 2,
      tcp: first + 21 + (recovered.clickhouse % alternatives) * 2,
    },
    zookeeper: members.map((i) => ({
      client: ensemble + i * 4,
      quorum: ensemble + 1 + i * 4,
      election: ensemble + 2 + i * 4,
      admin: ensemble + 3 + i * 4,
    })),
  };
}

/** The platform takes at most so many: primary, standby, and a drill beside them. */
const regions = 3;

/**
 * Why ports from `portBase` on are a poor choice; undefined when they are not.
 *
 * @param outgoing the kernel's `net.ipv4.ip_local_port_range`, for example `32768\t60999`; empty when
 * it cannot be read
 */
export function portTrouble(portBase: number, outgoing: string): string | undefined {
  const [low, high] = outgoing.trim().split(/\s+/).map(Number);
  if (low === undefined || high === undefined) return undefined;
  const end = portBase + regions * portsPerRegion - 1;
  if (end < low || portBase > high) return undefined;
  return (
    `recover:portBase ${portBase} takes ports up to ${end}, and from ${low} to ${high} the kernel gives ` +
    "ports to outgoing connections: an engine may find its own one taken when it starts. Choose " +
    `a portBase of at most ${low - regions * portsPerRegion}.`
  );
}
