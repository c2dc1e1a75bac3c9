import { createHash, hash } from "node:crypto";
import { between, pick, type Random } from "../random.ts";
import type { Dataset } from "./dataset.ts";

/** A row as on PostHog's topic `clickhouse_events_json`; `properties` is a JSON string. */
export interface EventRow {
  readonly uuid: string;
  readonly event: string;
  readonly properties: string;
  /** `YYYY-MM-DD hh:mm:ss.ffffff`, UTC. */
  readonly timestamp: string;
  readonly team_id: number;
  readonly distinct_id: string;
  readonly elements_chain: string;
  readonly created_at: string;
}

/** A team that exists in PostgreSQL, and its persons' distinct ids. */
export interface Team {
  readonly id: number;
  readonly distinctIds: readonly string[];
}

/** A message ready to send, with what the log keeps of it. */
export interface Message {
  readonly kind: "valid" | "poison";
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: Record<string, Buffer | string>;
  /** 16 bytes; zeros for poison. */
  readonly uuid: Buffer;
  /** Of {@link storedForm} for valid events, of the raw value for poison. */
  readonly sha256: Buffer;
  /** 0 for poison. */
  readonly team: number;
  /** Whole hours since 1970 of the event's timestamp; 0 for poison. */
  readonly hour: number;
  /** Length of `properties` in bytes; 0 for poison. */
  readonly propertiesBytes: number;
}

const separator = "\u001f";

/**
 * What an event's hash covers: every column that a query would show. The checker builds the same
 * text from the stored columns, so an altered property, team, time or name changes the hash.
 */
export function storedForm(row: EventRow): string {
  return [
    row.uuid,
    row.event,
    row.properties,
    microseconds(row.timestamp),
    row.team_id,
    row.distinct_id,
    row.elements_chain,
    microseconds(row.created_at),
  ].join(separator);
}

function microseconds(text: string): string {
  const milliseconds = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 23)}Z`);
  return `${milliseconds}${text.slice(23).padEnd(3, "0")}`;
}

function clickhouseTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 23).replace("T", " ")}000`;
}

/** A version 5 UUID of the drill's seed and a counter: the same drill makes the same uuids. */
export function seededUuid(seed: string, counter: number): Buffer {
  const uuid = createHash("sha1").update(`${seed}/${counter}`).digest().subarray(0, 16);
  uuid.writeUInt8((uuid.readUInt8(6) & 0x0f) | 0x50, 6);
  uuid.writeUInt8((uuid.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuid;
}

/** The text of 16 bytes, lower case with hyphens. */
export function uuidText(uuid: Buffer): string {
  const hex = uuid.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

export const poisonKinds = [
  "not-json",
  "truncated",
  "no-uuid",
  "wrong-types",
  "empty-object",
] as const;
export type PoisonKind = (typeof poisonKinds)[number];

/** Event times are spread over this many hours before now, so that sums have many groups. */
const hoursBack = 30;

export interface EventMakerOptions {
  /** Distinguishes producers: uuids and draws follow from it. */
  readonly seed: string;
  readonly dataset: Dataset;
  readonly random: Random;
  /** @default 0.015 */
  readonly poisonShare?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** Makes messages from the data set, one after another; keeps only a counter and recent teams. */
export class EventMaker {
  readonly #options: Required<EventMakerOptions>;
  #counter = 0;
  #teams: Team[] = [];
  /** New teams are used by the very next events. */
  #fresh: Team[] = [];

  constructor(options: EventMakerOptions) {
    this.#options = { poisonShare: 0.015, now: Date.now, ...options };
  }

  /** Teams to use from now on; the oldest are forgotten beyond 400. */
  addTeams(teams: readonly Team[]): void {
    this.#teams.push(...teams);
    this.#fresh.push(...teams);
    this.#teams.splice(0, Math.max(0, this.#teams.length - 400));
  }

  get ready(): boolean {
    return this.#teams.length > 0;
  }

  /** The next message; `bytes` pads its properties so that the value has just that many bytes. */
  next(bytes?: number): Message {
    const { random, poisonShare } = this.#options;
    const row = this.#row(bytes);
    if (bytes === undefined && random() < poisonShare) {
      return this.#poison(pick(random, poisonKinds), row);
    }
    return {
      ...this.#envelope(row),
      kind: "valid",
      value: Buffer.from(JSON.stringify(row)),
      uuid: seededUuid(this.#options.seed, this.#counter),
      sha256: hash("sha256", storedForm(row), "buffer"),
      team: row.team_id,
      hour: Math.floor(
        Date.parse(`${row.timestamp.slice(0, 10)}T${row.timestamp.slice(11, 19)}Z`) / 3_600_000,
      ),
      propertiesBytes: Buffer.byteLength(row.properties),
    };
  }

  #row(bytes?: number): EventRow {
    const { random, dataset, seed, now } = this.#options;
    this.#counter++;
    const flight = dataset.flights[this.#counter % dataset.flights.length];
    const title = dataset.titles[this.#counter % dataset.titles.length];
    const team = this.#fresh.shift() ?? pick(random, this.#teams);
    const at = now();
    const row = (padding: string): EventRow => ({
      uuid: uuidText(seededUuid(seed, this.#counter)),
      event:
        this.#counter % 3 === 0
          ? "$pageview"
          : this.#counter % 3 === 1
            ? "flight booked"
            : "film watched",
      properties: JSON.stringify({
        $lib: "web",
        $lib_version: "1.200.1",
        $current_url: `https://flights.example/${flight?.origin ?? ""}/${flight?.destination ?? ""}?n=${this.#counter}`,
        $browser: "Firefox",
        $os: "Linux",
        $screen_width: 1920,
        $session_id: `s-${Math.floor(this.#counter / 17)}`,
        ...flight,
        title,
        unusual: `tab\t quote" back\\slash é 漢字 🛫 ${title ?? ""}`,
        ...(padding === "" ? {} : { padding }),
      }),
      timestamp: clickhouseTime(at - between(random, 0, hoursBack * 3_600_000)),
      team_id: team.id,
      distinct_id: pick(random, team.distinctIds),
      elements_chain:
        this.#counter % 3 === 0 ? `a.link:text="${flight?.origin ?? ""}"nth-child="1"` : "",
      created_at: clickhouseTime(at),
    });
    if (bytes === undefined) return row("");
    return row("x".repeat(bytes - Buffer.byteLength(JSON.stringify(row("x"))) + 1));
  }

  /** Keys and headers as they come: most are text, a few are bytes that are not UTF-8, or absent. */
  #envelope(row: EventRow): Pick<Message, "key" | "headers"> {
    const { random } = this.#options;
    const draw = random();
    const odd = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, Math.floor(draw * 256)]);
    return {
      key:
        draw < 0.02 ? odd : draw < 0.04 ? null : Buffer.from(`${row.team_id}:${row.distinct_id}`),
      headers: draw > 0.98 ? { token: odd, empty: "" } : { lib: "web" },
    };
  }

  #poison(kind: PoisonKind, row: EventRow): Message {
    const text = {
      "not-json": () => `<html>502 Bad Gateway ${row.distinct_id}</html>`,
      truncated: () => JSON.stringify(row).slice(0, 200),
      "no-uuid": () => JSON.stringify({ ...row, uuid: undefined }),
      "wrong-types": () => JSON.stringify({ ...row, team_id: "seven", timestamp: { at: "noon" } }),
      "empty-object": () => "{}",
    }[kind]();
    const value = Buffer.from(text);
    return {
      ...this.#envelope(row),
      kind: "poison",
      value,
      uuid: Buffer.alloc(16),
      sha256: hash("sha256", value, "buffer"),
      team: 0,
      hour: 0,
      propertiesBytes: 0,
    };
  }
}
