import { describe, expect, it } from "vitest";
import type { Place } from "./judge.ts";
import { Tenants } from "./tenants.ts";

const before = 1000;
/** PostgreSQL has 1 and 2 as they were, and 5 as a new team; 3, 4 and 5 were lost. */
const postgres = { present: new Set([1, 2, 5]), own: new Set([1, 2]) };

function judged(...events: [team: number, place: Place, at: number][]) {
  const tenants = new Tenants(before);
  for (const event of events) tenants.add(...event);
  return tenants.judge(postgres);
}
const right = { hidden: 0, exposed: 0, split: 0, examples: [] };

describe("the walls between tenants", () => {
  it("hold when teams that are there are visible, and all of a lost team is in quarantine", () => {
    expect(
      judged(
        [1, "events", 10],
        [2, "events", 5000],
        [3, "quarantine", 900],
        [3, "quarantine", 5000],
      ),
    ).toEqual(right);
  });

  it("hold for a lost team of which nothing came back: its id is free", () => {
    expect(judged([4, "events", 5000], [5, "events", 5000])).toEqual(right);
  });

  it("an event of a team that is there, in quarantine", () => {
    expect(judged([1, "events", 10], [1, "quarantine", 20])).toEqual({
      ...right,
      hidden: 1,
      examples: ["team 1 is there: 1 events visible, 1 in quarantine"],
    });
    expect(judged([5, "quarantine", 20])).toMatchObject({ hidden: 1 });
  });

  it("an event of a lost team that is visible, also under another team's name", () => {
    expect(judged([3, "events", 900])).toMatchObject({ exposed: 1, hidden: 0 });
    expect(judged([5, "events", 900], [5, "events", 5000])).toMatchObject({
      exposed: 1,
      examples: ["team 5 is there since: 2 events visible, 0 in quarantine"],
    });
  });

  it("a lost team whose later events are visible while earlier ones are in quarantine", () => {
    expect(judged([3, "quarantine", 900], [3, "events", 5000])).toMatchObject({
      exposed: 0,
      split: 1,
    });
  });

  it("names a few teams only", () => {
    const many = Array.from({ length: 30 }, (_, n): [number, Place, number] => [
      100 + n,
      "events",
      1,
    ]);
    expect(judged(...many)).toMatchObject({ exposed: 30 });
    expect(judged(...many).examples).toHaveLength(10);
  });
});
