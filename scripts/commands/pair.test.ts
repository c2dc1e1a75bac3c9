import { expect, test } from "vitest";
import { differing } from "./pair.ts";

test("pairing gives the standby what both sides must agree on, and nothing else", () => {
  const primary = {
    "recover:region": { value: "east" },
    "recover:portBase": { value: "5000" },
    "recover:partitions": { value: "12" },
    "recover:eventsTopic": { value: "clickhouse_events_json" },
  };
  const standby = {
    "recover:region": { value: "west" },
    "recover:portBase": { value: "27000" },
    "recover:eventsTopic": { value: "clickhouse_events_json" },
  };
  expect(differing(primary, standby)).toEqual([
    ["portBase", "5000"],
    ["partitions", "12"],
  ]);
});
