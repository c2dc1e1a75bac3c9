import type { Place } from "./judge.ts";

/** What PostgreSQL says of the teams whose events were sent. */
export interface Tenancy {
  /** Every team id that PostgreSQL has. */
  readonly present: ReadonlySet<number>;
  /** Of those: still the teams that were acknowledged under that id before the disaster, not later ones. */
  readonly own: ReadonlySet<number>;
  /** Milliseconds since 1970 of the disaster. */
  readonly before: number;
}

/** Events on the wrong side of the wall between tenants. */
export interface TenantVerdict {
  /** In quarantine although PostgreSQL has their team: a tenant misses them. */
  readonly hidden: number;
  /**
   * Acknowledged before the disaster, in the events table, and their team is not there, or its id is
   * another team's now. Later ones do not count: an id that nothing of what came back has ever
   * seen is free, and producers that were not told go on sending under it.
   */
  readonly exposed: number;
  /** Of lost teams that have events in quarantine as well: one rule holds for all of a team. */
  readonly split: number;
  readonly examples: readonly string[];
}

interface Tally {
  visible: number;
  visibleBefore: number;
  quarantined: number;
}

/** Counts events by team and place; as many numbers as there are teams. */
export class Tenants {
  readonly #tallies = new Map<number, Tally>();
  readonly #before: number;

  constructor(before: number) {
    this.#before = before;
  }

  add(team: number, place: Place, at: number): void {
    let tally = this.#tallies.get(team);
    if (tally === undefined) {
      tally = { visible: 0, visibleBefore: 0, quarantined: 0 };
      this.#tallies.set(team, tally);
    }
    if (place === "quarantine") tally.quarantined++;
    else {
      tally.visible++;
      if (at <= this.#before) tally.visibleBefore++;
    }
  }

  /** At most `most` examples, as lines for people. */
  judge({ present, own }: Omit<Tenancy, "before">, most = 10): TenantVerdict {
    let hidden = 0;
    let exposed = 0;
    let split = 0;
    const examples: string[] = [];
    for (const [team, { visible, visibleBefore, quarantined }] of this.#tallies) {
      const known = present.has(team);
      const both = !known && quarantined > 0 && visible > 0;
      if (known) hidden += quarantined;
      if (!own.has(team)) exposed += visibleBefore;
      if (both) split += visible;
      const wrong = (known && quarantined > 0) || (!own.has(team) && visibleBefore > 0) || both;
      if (wrong && examples.length < most) {
        const is = own.has(team) ? "is there" : known ? "is there since" : "is not there";
        examples.push(
          `team ${team} ${is}: ${visible} events visible, ${quarantined} in quarantine`,
        );
      }
    }
    return { hidden, exposed, split, examples };
  }
}
