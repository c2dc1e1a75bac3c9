import { expect, test } from "vitest";
import { leavesOf } from "./stack.ts";

test("settings are set leaf by leaf, objects and lists by their path", () => {
  expect(
    leavesOf("recover:", {
      portBase: 5000,
      fullBackups: { off: "a reason" },
      trust: { "12ab": "-----BEGIN=" },
      recoveries: ["clickhouse", "postgres"],
    }),
  ).toEqual([
    "recover:portBase=5000",
    'recover:fullBackups["off"]=a reason',
    'recover:trust["12ab"]=-----BEGIN=',
    "recover:recoveries[0]=clickhouse",
    "recover:recoveries[1]=postgres",
  ]);
});
