/** What one team has in one hour. */
export interface Sum {
  events: number;
  propertiesBytes: number;
}

const hoursRange = 2 ** 22;

/** Sums by team and hour: of what the producers sent, or of what ClickHouse answers. */
export class Sums {
  readonly #sums = new Map<number, Sum>();

  add(team: number, hour: number, events: number, propertiesBytes: number): void {
    const key = team * hoursRange + hour;
    const sum = this.#sums.get(key);
    if (sum === undefined) {
      this.#sums.set(key, { events, propertiesBytes });
    } else {
      sum.events += events;
      sum.propertiesBytes += propertiesBytes;
    }
  }

  /** Groups whose sums differ, or that only one side has; at most `most`, as lines for people. */
  differences(stored: Sums, most = 10): { count: number; examples: string[] } {
    let count = 0;
    const examples: string[] = [];
    for (const key of new Set([...this.#sums.keys(), ...stored.#sums.keys()])) {
      const want = this.#sums.get(key) ?? { events: 0, propertiesBytes: 0 };
      const got = stored.#sums.get(key) ?? { events: 0, propertiesBytes: 0 };
      if (want.events === got.events && want.propertiesBytes === got.propertiesBytes) continue;
      count++;
      if (examples.length < most) {
        const hour = new Date((key % hoursRange) * 3_600_000).toISOString().slice(0, 13);
        examples.push(
          `team ${Math.floor(key / hoursRange)}, ${hour}h: ${got.events} events of ` +
            `${got.propertiesBytes} bytes, sent were ${want.events} of ${want.propertiesBytes}`,
        );
      }
    }
    return { count, examples };
  }

  get groups(): number {
    return this.#sums.size;
  }

  get events(): number {
    let events = 0;
    for (const sum of this.#sums.values()) events += sum.events;
    return events;
  }
}
