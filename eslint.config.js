import pulumi from "@pulumi/eslint-plugin";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/**
 * docs/architecture.md's table of rooms: what the code of a folder must not import. Tests may import
 * anything.
 *
 * @param {string} folder @param {string[]} rooms other rooms, and packages
 */
const closed = (folder, rooms) => ({
  files: [`${folder}/**/*.ts`],
  ignores: ["**/*.{test,engine,pulumi,suite}.ts", "**/fixture.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: rooms.map((room) => ({
          group: room.startsWith("@") ? [room] : [`**/${room}/**`],
          message: `${folder}/ does not depend on ${room}: see the rooms in docs/architecture.md.`,
        })),
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ["node_modules/", ".cache/", ".data/", "/coverage/", "**/*.mjs", "**/*.js"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      // `_` takes a property out of an object, or names an argument that is not used.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" },
      ],
    },
  },
  closed("lib", [
    "engines",
    "scripts",
    "provider",
    "components",
    "stacks",
    "operations",
    "tests",
    "@pulumi/*",
  ]),
  closed("engines", [
    "scripts",
    "provider",
    "components",
    "stacks",
    "operations",
    "tests",
    "@pulumi/*",
  ]),
  closed("scripts", ["provider", "components", "stacks", "operations", "tests", "@pulumi/*"]),
  closed("provider", ["components", "stacks", "operations", "tests"]),
  closed("components", ["provider", "stacks", "operations", "tests"]),
  closed("stacks", ["provider", "operations", "tests"]),
  closed("operations", ["engines", "provider", "policies", "tests"]),
  closed("policies", [
    "lib",
    "engines",
    "scripts",
    "provider",
    "components",
    "stacks",
    "operations",
    "tests",
  ]),
  prettier,
);
