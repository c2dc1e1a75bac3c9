import { fenceRecord, keys } from "../../scripts/fence/records.ts";
import { insideOf, issuedIn, type Issued } from "./enter.ts";
import { makersOf } from "./makers.ts";
import { Hosts, isRegion, regions, type Region } from "./regions.ts";
import { Replication } from "./replication.ts";
import { RegionS3 } from "./s3.ts";
import { serveServices, type ServiceCall } from "./services.ts";
import { serveIdentities, sideOf, type Side } from "./side.ts";
import { serveWorld, type Maker, type Told } from "./world.ts";

export interface AccountOptions {
  /** Of the namespace (`prepare`). */
  readonly folder: string;
  /** Region of each stack. */
  readonly stacks: Readonly<Record<string, Region>>;
  readonly control: ControlPlace;
}

/** Where the line's records are. */
export interface ControlPlace {
  readonly region: Region;
  readonly bucket: string;
}

/** An AWS account with real engines behind what its stacks make. */
export class Account {
  /** For STANDIN_WORLD. */
  readonly address: string;
  /** Calls of services beside S3, by region. */
  readonly services: ReadonlyMap<Region, readonly ServiceCall[]>;
  readonly options: AccountOptions;
  readonly #s3: ReadonlyMap<Region, RegionS3>;
  readonly hosts: Hosts;
  readonly issued: Issued;
  readonly #sides: Map<string, Side>;
  /** Every side there ever was. */
  readonly sides: Side[];
  readonly #identities: string;
  readonly #replications: Replication[];
  /** Data of the database as it was backed up last. */
  backup: string | undefined;
  /** Moves when a standby is protected again. */
  control: ControlPlace;

  private constructor(
    options: AccountOptions,
    parts: {
      readonly address: string;
      readonly s3: ReadonlyMap<Region, RegionS3>;
      readonly services: ReadonlyMap<Region, readonly ServiceCall[]>;
      readonly hosts: Hosts;
      readonly issued: Issued;
      readonly sides: Map<string, Side>;
      readonly identities: string;
      readonly replications: Replication[];
    },
  ) {
    this.options = options;
    this.address = parts.address;
    this.services = parts.services;
    this.#s3 = parts.s3;
    this.hosts = parts.hosts;
    this.issued = parts.issued;
    this.#sides = parts.sides;
    this.sides = [...parts.sides.values()];
    this.#identities = parts.identities;
    this.control = options.control;
    this.#replications = parts.replications;
  }

  static async open(options: AccountOptions): Promise<Account> {
    const { folder, stacks } = options;
    const issued = issuedIn(folder);
    const hosts = new Hosts(insideOf(folder).hosts);
    const s3 = new Map<Region, RegionS3>();
    for (const region of Object.keys(regions).filter(isRegion)) {
      s3.set(region, await RegionS3.start(region, hosts, issued));
    }
    const services = new Map<Region, readonly ServiceCall[]>();
    for (const region of s3.keys()) {
      services.set(region, await serveServices(region, hosts, issued));
    }
    const endpoint = await serveIdentities();
    const sides = new Map(
      Object.entries(stacks).map(([stack, region]) => [
        stack,
        sideOf(folder, stack, region, hosts, endpoint),
      ]),
    );
    const replications: Replication[] = [];
    const makers: Record<string, Maker> = {};
    const account = new Account(options, {
      address: await serveWorld(makers),
      s3,
      services,
      hosts,
      issued,
      sides,
      identities: endpoint,
      replications,
    });
    Object.assign(makers, makersOf(account));
    return account;
  }

  s3(region: Region): RegionS3 {
    const found = this.#s3.get(region);
    if (found === undefined) throw new Error(`no such region: ${region}`);
    return found;
  }

  side(stack: string): Side {
    const found = this.#sides.get(stack);
    if (found === undefined) throw new Error(`no such stack: ${stack}`);
    return found;
  }

  /** A stack of a name that another one has had, whose side is lost. */
  renew(stack: string): Side {
    const { region } = this.side(stack);
    const { folder } = this.options;
    const name = `${stack}-${String(this.sides.length)}`;
    const renewed = sideOf(folder, name, region, this.hosts, this.#identities);
    this.#sides.set(stack, renewed);
    this.sides.push(renewed);
    return renewed;
  }

  /** What RDS copies into the other region, as of now. */
  async backUpDatabase(stack: string): Promise<void> {
    this.backup = await this.side(stack).rds?.backUp();
  }

  /** The region ends as it stands: nothing of it answers any more. */
  async lose(stack: string): Promise<void> {
    const side = this.side(stack);
    this.s3(side.region).lose();
    await side.msk?.kill();
    side.rds?.kill();
    for (const { process } of side.clickhouse.values()) process.kill();
    side.archiver?.kill();
    for (const each of side.ensemble) each.kill();
    await Promise.all(this.#replications.map((each) => each.stop()));
    await side.pods.stop();
  }

  async ownerOf(epoch: number): Promise<string> {
    const { region, bucket } = this.control;
    const record = await this.s3(region).textOf(bucket, keys.fence("main", epoch));
    return fenceRecord.parse(JSON.parse(record)).owner;
  }

  replicate({ region, inputs }: Told): void {
    const { bucket, rules } = inputs as {
      bucket: string;
      rules: readonly { destination: { bucket: string } }[];
    };
    const destination = rules[0]?.destination.bucket.split(":").at(-1) ?? "";
    const to = Object.keys(regions)
      .filter(isRegion)
      .find((each) => destination.includes(each));
    if (!isRegion(region) || to === undefined) throw new Error(`replication to ${destination}`);
    this.#replications.push(
      new Replication(
        { s3: this.s3(region), name: bucket },
        { s3: this.s3(to), name: destination },
      ),
    );
  }
}
