import { join } from "node:path";
import { cwd } from "node:process";
import type { InstrumenterContext } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  DryRunStatus,
  toMutantRunResult,
  TestStatus,
} from "@stryker-mutator/api/test-runner";
import type {
  DryRunResult,
  MutantRunOptions,
  MutantRunResult,
  TestResult,
  TestRunner,
} from "@stryker-mutator/api/test-runner";
import { Suite, type Loaded } from "./suite.ts";
import type { CollectedTest } from "./vitest.ts";

/** Where Stryker's instrumented code keeps which mutant is active, and who reached which. */
const shared = globalThis as unknown as { __stryker__?: InstrumenterContext };
const context = (): InstrumenterContext => (shared.__stryker__ ??= {});

/**
 * Runs the pack's tests within Stryker's own process.
 *
 * Stryker's runner for vitest starts a worker for every mutant, which loads the cloud SDKs anew: seconds, where
 * the tests themselves take milliseconds. Only a mutant of code that runs while a module loads needs its module anew.
 */
class PackRunner implements TestRunner {
  private suite: Suite | undefined;
  private loaded: Loaded | undefined;

  /** Stryker starts it anew after a mutant that never ends, without a dry run: all is loaded while no mutant is active. */
  async init(): Promise<void> {
    this.suite = new Suite(join(cwd(), "policies"));
    this.loaded = await this.suite.all();
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun(): Promise<DryRunResult> {
    const tests = await run(this.loaded?.tests ?? [], true);
    const { mutantCoverage = { static: {}, perTest: {} } } = context();
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const state = context();
    if (options.hitLimit === undefined) delete state.hitLimit;
    else state.hitLimit = options.hitLimit;
    state.hitCount = 0;
    state.activeMutant = options.activeMutant.id;
    try {
      const tests = await this.testsFor(options);
      const timeout = determineHitLimitReached(state.hitCount, options.hitLimit);
      return toMutantRunResult(timeout ?? { status: DryRunStatus.Complete, tests });
    } catch (error) {
      // A pack that does not load is noticed by whoever starts it.
      return toMutantRunResult({
        status: DryRunStatus.Complete,
        tests: [failed("load", 0, error)],
      });
    } finally {
      delete state.activeMutant;
    }
  }

  async dispose(): Promise<void> {
    await this.loaded?.close();
  }

  private async testsFor(options: MutantRunOptions): Promise<TestResult[]> {
    if (options.mutantActivation === "static") {
      const anew = await this.suite?.anew(options.sandboxFileName);
      const results = await run(anew?.tests ?? [], options.disableBail);
      await anew?.close();
      return results;
    }
    const wanted = options.testFilter && new Set(options.testFilter);
    const tests = this.loaded?.tests.filter(({ id }) => wanted?.has(id) ?? true) ?? [];
    return run(tests, options.disableBail);
  }
}

async function run(tests: readonly CollectedTest[], toTheEnd: boolean): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const each of tests) {
    const result = await runOne(each);
    results.push(result);
    if (result.status === TestStatus.Failed && !toTheEnd) break;
  }
  return results;
}

async function runOne({ id, run }: CollectedTest): Promise<TestResult> {
  const state = context();
  const start = performance.now();
  state.currentTestId = id;
  try {
    await run();
    return { id, name: id, status: TestStatus.Success, timeSpentMs: performance.now() - start };
  } catch (error) {
    return failed(id, performance.now() - start, error);
  } finally {
    delete state.currentTestId;
  }
}

function failed(id: string, timeSpentMs: number, error: unknown): TestResult {
  const failureMessage = error instanceof Error ? error.message : String(error);
  return { id, name: id, status: TestStatus.Failed, timeSpentMs, failureMessage };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "pack", PackRunner)];
