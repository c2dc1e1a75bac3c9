import { expect, test } from "vitest";
import { ProducedEnds } from "./produced.ts";

const at = new Date("2026-11-22T12:00:00Z");
const ended = (...latest: number[]) => ({
  topicId: "t",
  partitions: latest.map((end, partition) => ({ partition, earliest: 0, latest: end })),
});

test("own events move nothing, others do, wherever they lie", () => {
  const ends = new ProducedEnds();
  expect(ends.look(ended(10, 0), at)).toEqual({
    at: "2026-11-22T12:00:00.000Z",
    topicId: "t",
    next: [10, 0],
  });
  ends.sent({ partition: 0, offset: 10 });
  ends.sent({ partition: 1, offset: 0 });
  expect(ends.look(ended(11, 1), at).next).toEqual([10, 0]);
  // One of a producer between two of its own: what lies behind the producer's is still its own.
  ends.sent({ partition: 0, offset: 11 });
  ends.sent({ partition: 0, offset: 13 });
  expect(ends.look(ended(14, 1), at).next).toEqual([13, 0]);
  expect(ends.look(ended(15, 2), at).next).toEqual([15, 2]);
});

test("an own event that is acknowledged while it is looked counts when it is seen", () => {
  const ends = new ProducedEnds();
  ends.look(ended(5), at);
  ends.sent({ partition: 0, offset: 5 });
  ends.sent({ partition: 0, offset: 6 });
  expect(ends.look(ended(6), at).next).toEqual([5]);
  expect(ends.look(ended(7), at).next).toEqual([5]);
});

test("of an earlier keeper's events nothing is known: they count", () => {
  expect(new ProducedEnds().look(ended(7), at).next).toEqual([7]);
});

test("a topic that was made anew begins anew", () => {
  const ends = new ProducedEnds();
  ends.look(ended(9), at);
  expect(ends.look({ ...ended(2), topicId: "u" }, at)).toMatchObject({ topicId: "u", next: [2] });
});
