import { defineConfig } from "vitest/config";

/** One project a layer, fastest first; `npm test` runs them in this order, all but `kubernetes`; `npm run test:all` that one too. */
const layer = (name: string, include: string[], timeoutSeconds: number) => ({
  test: {
    name,
    include,
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
    // Engines share two cores: files of a slow layer run one after another.
    fileParallelism: name === "fast",
  },
});

export default defineConfig({
  test: {
    projects: [
      layer(
        "fast",
        [
          "{setup,engines,provider,scripts,components,stacks,operations,policies,tests}/**/*.test.ts",
        ],
        20,
      ),
      layer("engine", ["{engines,provider,scripts,tests}/**/*.engine.ts"], 180),
      layer("pulumi", ["{provider,components,stacks,policies,tests}/**/*.pulumi.ts"], 300),
      layer("stack", ["tests/{account,stacks}/**/*.stack.ts"], 600),
      layer("kubernetes", ["tests/kubernetes/**/*.kubernetes.ts"], 300),
    ],
  },
});
