import { existsSync, readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as rowTools from "../coverage/row.ts";
import type { Rule } from "../rule.ts";
import type * as caseTools from "../testing/cases.ts";

/** One case of one rule, as a function that throws when the rule says something else. */
export interface CaseTest {
  readonly id: string;
  readonly run: () => void;
}

/** The cases of a copy of the pack that Stryker has mutated. */
export class Suite {
  private readonly folder: string;
  private readonly readme: string;
  private version = 0;

  /** @param folder the copy's `policies/` */
  constructor(folder: string) {
    this.folder = folder;
    this.readme = readFileSync(join(folder, "README.md"), "utf8");
    const ofThePack = `${pathToFileURL(folder).href}/`;
    registerHooks({
      resolve: (specifier, context, next) => {
        const found = next(specifier, context);
        if (this.version === 0 || !found.url.startsWith(ofThePack)) return found;
        return { ...found, url: `${found.url}?version=${this.version}` };
      },
    });
  }

  /** All cases, over the pack as it is loaded already. */
  async all(): Promise<CaseTest[]> {
    const cases = await this.load(this.files());
    const { rules } = (await import(join(this.folder, "index.ts"))) as { rules: readonly Rule[] };
    const registered = new Set(rules.map(({ id }) => `${id} is described`));
    const run = () => {
      const missing = cases.find(({ id }) => id.endsWith(" is described") && !registered.has(id));
      complain(missing && `a rule is not in index.ts: ${missing.id}`);
    };
    return [...cases, { id: "every rule is registered", run }];
  }

  /**
   * The cases that a file may fail, with every file of the pack read anew: what its modules do while they load is
   * done again. Those of a rule are its own, those of what is no rule are all.
   */
  anew(file: string): Promise<CaseTest[]> {
    this.version += 1;
    const own = file.replace(/\.ts$/, ".cases.ts");
    return existsSync(own) ? this.load([own]) : this.all();
  }

  private files(): string[] {
    const rules = join(this.folder, "rules");
    return readdirSync(rules, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".cases.ts"))
      .map((file) => join(rules, file))
      .sort();
  }

  private async load(files: readonly string[]): Promise<CaseTest[]> {
    const tools = (await import(join(this.folder, "testing/cases.ts"))) as typeof caseTools;
    const rows = (await import(join(this.folder, "coverage/row.ts"))) as typeof rowTools;
    const loaded: CaseTest[] = [];
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
