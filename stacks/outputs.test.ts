import { describe, expect, test } from "vitest";
import { summaryOf } from "./outputs.ts";

const fence = { kind: "lease", epoch: 2, oldPrincipalRefused: "not-applicable", notes: ["long"] };
const proof = { ok: true, expected: 5, present: 5, missing: 0, duplicated: 0, derived: {} };
const short = { ok: true, expected: 5, present: 5, missing: 0, duplicated: 0 };

describe("the output `recovery` holds what fits on a screen", () => {
  test("of a standby's report", () => {
    const report = { recoveryId: "r", seconds: 48.5, ledger: "b", phases: [], fence, proof };
    expect(summaryOf({ ...report, results: { fence: { result: fence } } })).toEqual({
      recoveryId: "r",
      seconds: 48.5,
      ledger: "b",
      fence: { kind: "lease", epoch: 2, oldPrincipalRefused: "not-applicable" },
      proof: short,
    });
  });

  test("of the boxes of a recovery in place, which may have no fence", () => {
    expect(summaryOf({ prove: { result: proof, startedAt: "", finishedAt: "" } })).toEqual({
      proof: short,
    });
  });
});
