import { describe, expect, test } from "vitest";
import { factsOf } from "../testing/facts.ts";
import { kubernetes } from "../types.ts";
import { speaksOf } from "./platform.ts";
import { Resource } from "./resource.ts";
import { NotKnown, unknown, type Tree } from "./value.ts";

interface Told {
  /** Name within Pulumi. @default job */
  readonly name?: string;
  /** Name within the cluster. */
  readonly called?: Tree;
  readonly commands?: readonly Tree[];
  readonly labels?: Tree;
}
const job = ({ name = "job", called, commands = [["run"]], labels }: Told) =>
  new Resource(
    factsOf(kubernetes.job, {
      name,
      outputs: {
        metadata: { name: called },
        spec: {
          template: {
            metadata: { labels },
            spec: { containers: commands.map((command) => ({ command })) },
          },
        },
      },
    }),
  );

describe("a job speaks of ClickHouse's backup", () => {
  const table: readonly (readonly [string, Told, boolean])[] = [
    ["by nothing", {}, false],
    ["by its name", { name: "clickhouse-backup" }, true],
    ["by its name in the cluster", { called: "clickhouse-backup" }, true],
    ["by both names together", { name: "clickhouse", called: "backup" }, true],
    ["by one word of two", { name: "clickhouse" }, false],
    [
      "by two names that are one word only side by side",
      { name: "click", called: "house-backup" },
      false,
    ],
    ["by its command", { commands: [["clickhouse-client", "backup"]] }, true],
    ["by the command of one container", { commands: [["proxy"], ["clickhouse", "backup"]] }, true],
    ["by commands of two containers", { commands: [["clickhouse"], ["backup"]] }, false],
    ["by its command and its name", { name: "backup", commands: [["clickhouse"]] }, true],
    ["by a label and its name", { name: "backup", labels: { "to-clickhouse": "yes" } }, true],
    ["by two labels", { labels: { "to-click": "", "house-backup": "" } }, false],
    ["by a name in the cluster that is not known", { called: unknown }, false],
    ["by labels that are not known", { name: "backup", labels: unknown }, false],
    [
      "by its name, while its command is not known",
      { name: "clickhouse-backup", commands: [unknown] },
      true,
    ],
  ];
  test.each(table)("%s", (_, told, expected) => {
    expect(speaksOf(job(told), [/clickhouse/, /backup/])).toBe(expected);
  });

  test("which is open while its command is not known", () => {
    expect(() => speaksOf(job({ commands: [unknown] }), [/clickhouse/])).toThrow(NotKnown);
  });
});
