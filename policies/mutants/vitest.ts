import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import { spyOn } from "@vitest/spy";

/**
 * Stands in for `vitest` where the pack's tests run within Stryker's process: what they use of it, with its own
 * assertions. Whatever else a test file asks of it is an error while the file loads.
 */
for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const { expect } = chai;
export const vi = { spyOn };

type Body = (...args: readonly unknown[]) => void | Promise<void>;

export interface CollectedTest {
  readonly id: string;
  readonly run: () => void | Promise<void>;
}
/** What a test file declares. */
export interface Collected {
  readonly tests: CollectedTest[];
  /** What the file wants to be done after its tests. */
  readonly after: Body[];
}

let current: Collected = { tests: [], after: [] };

/** The tests that files declare while `load` runs. */
export async function collect(load: () => Promise<unknown>): Promise<Collected> {
  const found: Collected = { tests: [], after: [] };
  current = found;
  await load();
  return found;
}

export function describe(_: string, body: () => void): void {
  body();
}

export function afterAll(body: Body): void {
  current.after.push(body);
}

export function test(title: string, body: Body, ...args: readonly unknown[]): void {
  const { tests } = current;
  tests.push({ id: `${tests.length} ${title}`, run: () => body(...args) });
}
test.each = (rows: readonly unknown[]) => (title: string, body: Body) => {
  for (const row of rows) test(title, body, ...(Array.isArray(row) ? (row as unknown[]) : [row]));
};
