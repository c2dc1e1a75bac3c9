import pulumi from "@pulumi/eslint-plugin";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

/** docs/architecture.md's rooms but `setup/`, each before those that it must not know of. */
const rooms = [
  "lib",
  "engines",
  "scripts",
  "provider",
  "components",
  "stacks",
  "operations",
  "tests",
];
const allBut = (...open) => rooms.filter((room) => !open.includes(room));
const pulumiPackages = "@pulumi/*";

/** docs/architecture.md's table: what the code of a folder must not import. */
const closedRooms = {
  lib: [...allBut("lib"), pulumiPackages],
  engines: [...allBut("engines", "lib"), pulumiPackages],
  scripts: [...allBut("scripts", "engines", "lib"), pulumiPackages],
  provider: allBut("provider", "scripts", "engines", "lib"),
  components: allBut("components", "scripts", "engines", "lib"),
  stacks: allBut("stacks", "components", "scripts", "engines", "lib"),
  operations: ["engines", "provider", "policies", "tests"],
  policies: allBut("policies"),
};

/**
 * Tests may import anything.
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
  ...Object.entries(closedRooms).map(([folder, rooms]) => closed(folder, rooms)),
  prettier,
);
