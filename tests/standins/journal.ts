import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** One thing that a stand-in was asked. */
export interface Asked {
  /** What the engine asked for; `made` follows a `create` that did what it was asked. */
  readonly method:
    "check" | "diff" | "create" | "made" | "update" | "delete" | "read" | "invoke" | "configure";
  readonly type: string;
  /** Logical name; of an invoke, and of a provider's configuration, "". */
  readonly name: string;
  /** Of the provider that was asked; "" for those that have none. */
  readonly region: string;
  readonly preview: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Appends a line; several providers write the same file. */
export function note(path: string, asked: Asked): void {
  appendFileSync(path, `${JSON.stringify(asked)}\n`);
}

export function readJournal(path: string): readonly Asked[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Asked);
}

/** Inputs that a resource of this type and name was made with last, by whatever stack; {} when by none. */
export function madeBefore(
  path: string,
  { type, name }: Pick<Asked, "type" | "name">,
): Asked["inputs"] {
  const made = readJournal(path).findLast(
    (asked) =>
      asked.method === "create" && !asked.preview && asked.type === type && asked.name === name,
  );
  return made?.inputs ?? {};
}
