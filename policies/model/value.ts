/** A value that only an update, or the holder of a key, can know. */
export const unknown: unique symbol = Symbol("unknown");

/** A property as JSON has it, with unknown leaves. */
export type Tree =
  | string
  | number
  | boolean
  | null
  | undefined
  | typeof unknown
  | readonly Tree[]
  | { readonly [key: string]: Tree };

export type Branch = Readonly<Record<string, Tree>>;

/** Reading stopped at a value that is not known; who catches it answers "unknown". */
export class NotKnown extends Error {}

/** What `ask` answers, or why that is not known. @throws whatever else it throws */
export function orNotKnown<T>(ask: () => T): T | NotKnown {
  try {
    return ask();
  } catch (error) {
    if (error instanceof NotKnown) return error;
    throw error;
  }
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}

export function isBranch(tree: Tree): tree is Branch {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree);
}

/** Reads properties by dotted paths. A value that is not known throws {@link NotKnown}. */
export class Reader {
  private readonly tree: Tree;
  private readonly owner: string;
  /** Where this reader stands within its resource; empty at the top. */
  readonly path: string;

  /** @param owner of the properties, for messages */
  constructor(tree: Tree, owner: string, path = "") {
    this.tree = tree;
    this.owner = owner;
    this.path = path;
  }

  /** The value, or `unknown`; undefined when nothing is set. */
  peek(path: string): Tree {
    let tree = this.tree;
    for (const key of path === "" ? [] : path.split(".")) {
      if (!isList(tree)) tree = step(tree, key);
      else if (/^\d+$/.test(key)) tree = tree[Number(key)];
      // A list of one is also read as that one: bridges write one-element lists both ways.
      else tree = step(tree.length === 1 ? tree[0] : undefined, key);
    }
    return tree ?? undefined;
  }

  /** @throws NotKnown */
  value(path: string): Exclude<Tree, typeof unknown | null> {
    const tree = this.peek(path);
    if (tree === unknown) {
      throw new NotKnown(`${this.fullPath(path)} of ${this.owner} is not known yet`);
    }
    return tree ?? undefined;
  }

  /** Set to anything, be it unknown. */
  has(path: string): boolean {
    const tree = this.peek(path);
    return tree !== undefined && tree !== "" && !(Array.isArray(tree) && tree.length === 0);
  }

  isKnown(path: string): boolean {
    return this.peek(path) !== unknown;
  }

  string(path: string): string | undefined {
    const value = this.value(path);
    if (value === undefined) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.odd(path, "a text");
  }

  number(path: string): number | undefined {
    const value = this.value(path);
    if (value === undefined || value === "") return undefined;
    const number = typeof value === "string" ? Number(value) : value;
    if (Number.isFinite(number)) return number as number;
    throw this.odd(path, "a number");
  }

  boolean(path: string): boolean | undefined {
    const value = this.value(path);
    if (value === undefined || value === "") return undefined;
    if (typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    throw this.odd(path, "true or false");
  }

  /** Elements of a list; a single object counts as a list of one, nothing as an empty one. */
  list(path: string): Reader[] {
    const value = this.value(path);
    if (value === undefined) return [];
    const place = this.fullPath(path);
    if (!isList(value)) return [new Reader(value, this.owner, place)];
    return value.map((each, i) => new Reader(each, this.owner, `${place}.${i}`));
  }

  strings(path: string): string[] {
    return this.list(path).map((each) => {
      const text = each.string("");
      if (text === undefined) throw this.odd(path, "a list of texts");
      return text;
    });
  }

  /** Names of an object's entries; they are known although their values may not be. */
  keys(path: string): string[] {
    const value = this.value(path);
    return isBranch(value) ? Object.keys(value) : [];
  }

  /** One entry of an object, by a key that may hold dots. Undefined when it is not set. */
  entry(key: string): Reader | undefined {
    const value = this.value("");
    const tree = isBranch(value) ? own(value, key) : undefined;
    return tree === undefined || tree === null
      ? undefined
      : new Reader(tree, this.owner, this.fullPath(key));
  }

  at(path: string): Reader {
    return new Reader(this.peek(path), this.owner, this.fullPath(path));
  }

  /** A document that is kept as JSON text, such as an IAM policy. Undefined when nothing is set. */
  json(path: string): Reader | undefined {
    const value = this.value(path);
    if (value === undefined || value === "") return undefined;
    if (typeof value !== "string") return this.at(path);
    try {
      return new Reader(JSON.parse(value) as Tree, this.owner, this.fullPath(path));
    } catch {
      throw this.odd(path, "JSON");
    }
  }

  protected fullPath(path: string): string {
    return [this.path, path].filter((part) => part !== "").join(".");
  }

  private odd(path: string, expected: string): NotKnown {
    return new NotKnown(`${this.fullPath(path)} of ${this.owner} is not ${expected}`);
  }
}

function step(tree: Tree, key: string): Tree {
  if (tree === unknown) return unknown;
  return isBranch(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/**
 * What a resource is, from what it was asked to be and what it came out as.
 *
 * Outputs win where they are known: they are what is there. A preview does not know the outputs that
 * the provider computes, also those that may be set and were not: such a one counts as not set, because
 * the inputs, which are known, do not have it.
 *
 * @param inputs `unknown` when this source does not have them
 */
export function overlay(inputs: Tree, outputs: Tree): Tree {
  if (outputs === unknown) return inputs;
  if (outputs === undefined || outputs === null) return inputs === unknown ? undefined : inputs;
  if (isList(outputs)) {
    const asked = isList(inputs) && inputs.length === outputs.length ? inputs : undefined;
    return outputs.map((each, i) => overlay(asked ? asked[i] : unknown, each));
  }
  if (!isBranch(outputs)) return outputs;
  const asked = isBranch(inputs) ? inputs : undefined;
  const merged: Record<string, Tree> = {};
  for (const key of new Set([...Object.keys(asked ?? {}), ...Object.keys(outputs)])) {
    merged[key] = overlay(asked ? own(asked, key) : unknown, own(outputs, key));
  }
  return merged;
}

function own(branch: Branch, key: string): Tree {
  return Object.hasOwn(branch, key) ? branch[key] : undefined;
}
