import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** What a mutant that outlived the rules' cases has to pass: the pack's other tests. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, ".."),
    include: ["**/*.test.ts"],
    exclude: ["rules.test.ts", "mutants/**", "coverage/**"],
    testTimeout: 20_000,
  },
});
