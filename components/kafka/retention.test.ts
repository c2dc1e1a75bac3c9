import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveRetention, type KafkaObjectives, type KafkaStorage } from "./retention.ts";

const hour = 3600;
const objectives: KafkaObjectives = {
  backupIntervalSeconds: 24 * hour,
  backupSeconds: hour,
  restoreSeconds: 2 * hour,
  marginSeconds: 48 * hour,
  bytesPerSecond: 2_000_000,
  partitions: 12,
};
const storage: KafkaStorage = {
  brokers: 3,
  replicationFactor: 3,
  maxGibPerBroker: 16_384,
  fullPercent: 60,
};

describe("Kafka's retention", () => {
  test("is the sum of what a recovery needs, in whole hours, and its bytes at the busiest partition's rate", () => {
    expect(deriveRetention(objectives, storage)).toEqual({
      milliseconds: 75 * hour * 1000,
      // 2 MB/s ÷ 12 × 1.5 × 75 h = 67.5 GB, up to a whole MiB.
      bytesPerPartition: 64_374 * (1 << 20),
      // 12 × (62.87 + 0.25) GiB on each broker, no fuller than 60 %.
      gibPerBroker: 1263,
    });
  });

  test("covers the objectives whatever they are: time, and bytes at the given rate", () => {
    const seconds = fc.integer({ min: 1, max: 10 * 24 * hour });
    fc.assert(
      fc.property(
        fc.record({
          backupIntervalSeconds: seconds,
          backupSeconds: seconds,
          restoreSeconds: seconds,
          marginSeconds: seconds,
          bytesPerSecond: fc.integer({ min: 1, max: 10_000_000 }),
          partitions: fc.integer({ min: 1, max: 200 }),
          skew: fc.double({ min: 1, max: 4, noNaN: true }),
        }),
        (all) => {
          const found = deriveRetention(all, { ...storage, maxGibPerBroker: Infinity });
          const needed =
            all.backupIntervalSeconds + all.backupSeconds + all.restoreSeconds + all.marginSeconds;
          expect(found.milliseconds).toBeGreaterThanOrEqual(needed * 1000);
          expect(found.milliseconds).toBeLessThan((needed + hour) * 1000);
          const rate = (all.bytesPerSecond / all.partitions) * all.skew;
          expect(found.bytesPerPartition).toBeGreaterThanOrEqual(rate * needed);
          const held = all.partitions * found.bytesPerPartition;
          expect(found.gibPerBroker * (1 << 30) * 0.6).toBeGreaterThan(held);
        },
      ),
    );
  });

  test("takes what is asked for when it is enough", () => {
    const wish = { seconds: 168 * hour, bytesPerPartition: 200 * (1 << 30) };
    expect(deriveRetention(objectives, storage, wish)).toMatchObject({
      milliseconds: 168 * hour * 1000,
      bytesPerPartition: 200 * (1 << 30),
    });
  });

  test("refuses a shorter one, with the sum", () => {
    expect(() => deriveRetention(objectives, storage, { seconds: 24 * hour })).toThrow(
      /for 24 h, and a recovery needs 24 h between backups \+ 1 h for a backup \+ 2 h for a restore \+ 48 h margin = 75 h.*at least 75 h/,
    );
    expect(() => deriveRetention(objectives, storage, { seconds: 75 * hour })).not.toThrow();
  });

  test("refuses fewer bytes, with how soon they are full", () => {
    expect(() =>
      deriveRetention(objectives, storage, { bytesPerPartition: 15 * (1 << 30) }),
    ).toThrow(/keep 15 GiB of a partition, which is full after 17.9 h at 250000 bytes.*62.87 GiB/);
  });

  test("refuses a disk on which it does not fit", () => {
    expect(() => deriveRetention(objectives, { ...storage, maxGibPerBroker: 1000 })).toThrow(
      /Each of 3 brokers holds 12 replicas of 62.87 GiB and needs a volume of 1263 GiB.*at most 1000 GiB/,
    );
  });

  test.each(["backupIntervalSeconds", "bytesPerSecond", "partitions", "skew"])(
    "refuses %s without a value",
    (name) => {
      for (const value of [0, -1, Number.NaN]) {
        expect(() => deriveRetention({ ...objectives, [name]: value }, storage)).toThrow(
          `The objective ${name} is ${value}`,
        );
      }
    },
  );
});
