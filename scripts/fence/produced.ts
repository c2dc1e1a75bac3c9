import type { TopicState } from "../kafka/topics.ts";
import type { Produced } from "./records.ts";

/**
 * How far producers have written the topic. The keeper's own events are not counted: they never end, and a side that is
 * to be left would never be quiet. An offset that is no known event of the keeper's counts as a producer's: one of an
 * earlier keeper, a mark of a transaction.
 */
export class ProducedEnds {
  #topicId = "";
  /** Where each partition ended when it was last looked at. */
  readonly #ends = new Map<number, number>();
  readonly #next = new Map<number, number>();
  /** Own events since then. */
  readonly #own = new Map<number, Set<number>>();

  /** An event of the keeper's own was acknowledged. */
  sent({ partition, offset }: { readonly partition: number; readonly offset: number }): void {
    const own = this.#own.get(partition) ?? new Set();
    this.#own.set(partition, own.add(offset));
  }

  look({ topicId, partitions }: Pick<TopicState, "topicId" | "partitions">, at: Date): Produced {
    if (topicId !== this.#topicId) {
      this.#topicId = topicId;
      this.#ends.clear();
      this.#next.clear();
    }
    const next = partitions.map(({ partition, latest }) => this.#advance(partition, latest));
    return { at: at.toISOString(), topicId, next };
  }

  #advance(partition: number, latest: number): number {
    const from = this.#ends.get(partition) ?? 0;
    const own = [...(this.#own.get(partition) ?? [])].filter((offset) => offset < latest);
    if (latest - from > own.filter((offset) => offset >= from).length) {
      let next = latest;
      while (own.includes(next - 1)) next--;
      this.#next.set(partition, next);
    }
    this.#ends.set(partition, latest);
    for (const offset of own) this.#own.get(partition)?.delete(offset);
    return this.#next.get(partition) ?? 0;
  }
}
