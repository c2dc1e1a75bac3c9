import { existsSync, readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as rowTools from "../coverage/row.ts";
import type { Rule } from "../rule.ts";
import type * as caseTools from "../testing/cases.ts";
import { collect, type CollectedTest } from "./vitest.ts";

/** Tests that are ready to run, and what is to be done after them. */
export interface Loaded {
  readonly tests: readonly CollectedTest[];
  readonly close: () => Promise<void>;
}

/** Tests of the pack's rules: they are the cases, which are asked directly. Those of what is around it reach no mutant. */
const leftOut = /^(rules\.test\.ts|(mutants|coverage|ci)\/)/;

/** The tests of a copy of the pack that Stryker has mutated. */
export class Suite {
  private readonly folder: string;
  private readonly readme: string;
  private version = 0;

  /** @param folder the copy's `policies/` */
  constructor(folder: string) {
    this.folder = folder;
    this.readme = readFileSync(join(folder, "README.md"), "utf8");
    const ofThePack = `${pathToFileURL(folder).href}/`;
    const standIn = pathToFileURL(join(import.meta.dirname, "vitest.ts")).href;
    registerHooks({
      resolve: (specifier, context, next) => {
        const own = context.parentURL?.startsWith(ofThePack) === true;
        if (own && specifier === "vitest") return { url: standIn, shortCircuit: true };
        return this.versioned(next(specifier, context), ofThePack);
      },
    });
  }

  /** All tests, over the pack as it is loaded already. */
  async all(): Promise<Loaded> {
    const cases = await this.cases(this.files(/^rules\/.*\.cases\.ts$/));
    const { rules } = (await import(join(this.folder, "index.ts"))) as { rules: readonly Rule[] };
    const registered = new Set(rules.map(({ id }) => `${id} is described`));
    const run = () => {
      const missing = cases.find(({ id }) => id.endsWith(" is described") && !registered.has(id));
      complain(missing && `a rule is not in index.ts: ${missing.id}`);
    };
    const others = await this.others();
    const tests = [...others.tests, ...cases, { id: "every rule is registered", run }];
    return { tests, close: others.close };
  }

  /**
   * The tests that a file may fail, with every file of the pack read anew: what its modules do while they load is
   * done again. Those of a rule are its own cases, those of what is no rule are all.
   */
  async anew(file: string): Promise<Loaded> {
    this.version += 1;
    const own = file.replace(/\.ts$/, ".cases.ts");
    if (!existsSync(own)) return this.all();
    return { tests: await this.cases([own]), close: () => Promise.resolve() };
  }

  private versioned<T extends { readonly url: string }>(found: T, within: string): T {
    if (this.version === 0 || !found.url.startsWith(within)) return found;
    return { ...found, url: `${found.url}?version=${this.version}` };
  }

  private files(wanted: RegExp): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: "utf8" })
      .filter((file) => wanted.test(file) && !leftOut.test(file))
      .map((file) => join(this.folder, file))
      .sort();
  }

  private async others(): Promise<Loaded> {
    const tests: CollectedTest[] = [];
    const after: (() => void | Promise<void>)[] = [];
    for (const file of this.files(/\.test\.ts$/)) {
      const found = await collect(() => import(file));
      tests.push(...found.tests.map(({ id, run }) => ({ id: `${file} ${id}`, run })));
      after.push(...found.after);
    }
    const close = async () => {
      for (const each of after) await each();
    };
    return { tests, close };
  }

  private async cases(files: readonly string[]): Promise<CollectedTest[]> {
    const tools = (await import(join(this.folder, "testing/cases.ts"))) as typeof caseTools;
    const rows = (await import(join(this.folder, "coverage/row.ts"))) as typeof rowTools;
    const loaded: CollectedTest[] = [];
    for (const file of files) {
      const { default: cases } = (await import(file)) as { default: caseTools.Cases };
      const { rule } = cases;
      loaded.push({
        id: `${rule.id} is described`,
        run: () => {
          complain(rows.undescribed(rule, this.readme));
        },
      });
      for (const kind of tools.kinds) {
        const list = typeof cases[kind] === "string" ? [] : cases[kind];
        list.forEach((each, index) => {
          loaded.push({
            id: `${rule.id} ${kind} ${index}: ${each.title}`,
            run: () => {
              complain(tools.complaintOf(rule, kind, each));
            },
          });
        });
      }
    }
    return loaded;
  }
}

function complain(complaint: string | undefined): void {
  if (complaint !== undefined) throw new Error(complaint);
}
