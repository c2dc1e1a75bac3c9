import { writeFileSync } from "node:fs";

/** Two regions, each with addresses of its own on the loopback interface of the test's network namespace. */
export const regions = { "eu-central-1": 1, "eu-west-1": 2 } as const;
export type Region = keyof typeof regions;

export const isRegion = (name: string): name is Region => name in regions;

/** Last parts of a region's addresses. */
const parts = { s3: 1, services: 2, kafka: 10, postgres: 20, clickhouse: 30, zookeeper: 40 };

/** @param index of a member, from 1. @default none */
export function addressOf(region: Region, part: keyof typeof parts, index = 0): string {
  return `127.0.${String(regions[region])}.${String(parts[part] + index)}`;
}

/** Names and their addresses, in a file that lies on `/etc/hosts` of those who are to know them. */
export class Hosts {
  /** The same file for good, as it is mounted. */
  readonly file: string;
  readonly #outside: Hosts | undefined;
  readonly #inside: Hosts[] = [];
  readonly #addresses = new Map<string, string>();

  constructor(file: string, outside?: Hosts) {
    this.file = file;
    this.#outside = outside;
    if (outside !== undefined) outside.#inside.push(this);
    this.#write();
  }

  /** From now on the name answers at the address. */
  add(name: string, address: string): void {
    if (this.#addresses.get(name) === address) return;
    this.#addresses.set(name, address);
    this.#write();
  }

  /** @throws Error for a name that nobody here knows */
  addressOf(name: string): string {
    const found = this.#addresses.get(name);
    if (found === undefined) throw new Error(`nothing answers to ${name}`);
    return found;
  }

  #write(): void {
    writeFileSync(this.file, this.#lines());
    for (const each of this.#inside) each.#write();
  }

  #lines(): string {
    const own = [...this.#addresses].map(([name, address]) => `${address} ${name}\n`);
    const known = this.#outside === undefined ? "127.0.0.1 localhost\n" : this.#outside.#lines();
    return known + own.join("");
  }
}

/** A program that knows these names. */
export function inside(hosts: Hosts, argv: readonly string[]): string[] {
  const script = 'mount --bind "$1" /etc/hosts; shift; exec "$@"';
  return ["/usr/bin/unshare", "--mount", "--", "/bin/sh", "-ec", script, "sh", hosts.file, ...argv];
}

export const kafkaMembers = [1, 2, 3];

/** As MSK names its brokers. */
export function brokerName(region: Region, id: number): string {
  return `b-${String(id)}.acme.a1b2c3.c4.kafka.${region}.amazonaws.com`;
}

export const databaseName = (region: Region) => `acme-postgres.c1d2e3.${region}.rds.amazonaws.com`;

export const s3Domain = (region: Region) => `s3.${region}.amazonaws.com`;

export const serviceNames = (region: Region) =>
  ["monitoring", "rds"].map((service) => `${service}.${region}.amazonaws.com`);

/** Names of what answers by TLS in a region. */
export const certified = {
  s3: (region: Region) => [s3Domain(region), `*.${s3Domain(region)}`],
  kafka: (region: Region) => kafkaMembers.map((id) => brokerName(region, id)),
  postgres: (region: Region) => [databaseName(region)],
  services: serviceNames,
} as const;
