import { defineConfig } from "vitest/config";

/** The pack's own tests: for working on rules, and what the mutation run starts. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    // One rule's cases alone, for the mutation run.
    include: [process.env["POLICY_CASES"] === undefined ? "**/*.test.ts" : "rules.test.ts"],
    testTimeout: 20_000,
  },
});
