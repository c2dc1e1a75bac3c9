import { defineConfig } from "vitest/config";

/** The pack's own tests: for working on rules, and what the mutation run starts. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    testTimeout: 20_000,
  },
});
