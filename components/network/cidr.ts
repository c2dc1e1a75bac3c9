/** An IPv4 block: its first address as a number, and its prefix length. */
interface Block {
  readonly base: number;
  readonly bits: number;
}

/** Zone by zone, in the order of the zones. */
export type PerZone<T> = readonly [T, T, T];

export interface SubnetPlan {
  /** NAT gateways and load balancers. */
  readonly public: PerZone<string>;
  /** Nodes, pods, connectors: three quarters of the network, since each pod takes an address. */
  readonly private: PerZone<string>;
  /** Databases and brokers: no way to or from the internet. */
  readonly isolated: PerZone<string>;
  /** Not used: room for what comes later, without moving what is there. */
  readonly spare: readonly [string, string];
}

/** Addresses that no network on the internet has (RFC 1918, RFC 6598). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

const largest = 16;
const smallest = 22;

/**
 * Subnets of a network over three zones: a quarter of it for each zone's private subnet, and the fourth
 * quarter in eighths: three public, three isolated, two spare. A zone's subnets depend on its place in the
 * list alone.
 *
 * A network is /16 to /22: AWS allows no larger one, and in a smaller one the public subnets are too small
 * for a load balancer.
 *
 * @throws Error when it is no such block
 */
export function planSubnets(cidr: string): SubnetPlan {
  const network = parse(cidr);
  if (network.bits < largest || network.bits > smallest) {
    throw new Error(
      `The network ${cidr} has /${network.bits}, it can have /${largest} to /${smallest}. ` +
        "Write for example 10.20.0.0/16.",
    );
  }
  if (!privateRanges.some((range) => contains(parse(range), network))) {
    throw new Error(
      `The network ${cidr} is part of the internet: its hosts there could not be reached. ` +
        `Take a block out of ${privateRanges.join(", ")}.`,
    );
  }
  const [first, second, third, rest] = split(network, 2) as [Block, Block, Block, Block];
  const eighths = split(rest, 3).map(format) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    private: [format(first), format(second), format(third)],
    public: [eighths[0], eighths[1], eighths[2]],
    isolated: [eighths[3], eighths[4], eighths[5]],
    spare: [eighths[6], eighths[7]],
  };
}

/** Whether two blocks share an address: two networks that do can never be joined. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  return contains(a, b) || contains(b, a);
}

/** @throws Error when it is not a block in its canonical form, `10.20.0.0/16` */
function parse(cidr: string): Block {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [octets, bits] = [match?.slice(1, 5).map(Number) ?? [], Number(match?.[5])];
  if (match === null || octets.some((octet) => octet > 255) || bits > 32) {
    throw new Error(
      `${JSON.stringify(cidr)} is not an IPv4 block. Write for example 10.20.0.0/16.`,
    );
  }
  const base = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const aligned = base - (base % size(bits));
  if (aligned !== base) {
    const canonical = format({ base: aligned, bits });
    throw new Error(`${cidr} does not begin where a /${bits} does. Write ${canonical}.`);
  }
  return { base, bits };
}

function format({ base, bits }: Block): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${octets.join(".")}/${bits}`;
}

function size(bits: number): number {
  return 2 ** (32 - bits);
}

function contains(outer: Block, inner: Block): boolean {
  return (
    outer.bits <= inner.bits &&
    inner.base >= outer.base &&
    inner.base < outer.base + size(outer.bits)
  );
}

/** The `2 ** by` equal parts of a block. */
function split({ base, bits }: Block, by: number): Block[] {
  const part = bits + by;
  return Array.from({ length: 2 ** by }, (_, index) => ({
    base: base + index * size(part),
    bits: part,
  }));
}
