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
import { Suite, type CaseTest } from "./suite.ts";

/** Where Stryker's instrumented code keeps which mutant is active, and who reached which. */
const shared = globalThis as unknown as { __stryker__?: InstrumenterContext };
const context = (): InstrumenterContext => (shared.__stryker__ ??= {});

/**
 * Runs the rules' cases within Stryker's own process.
 *
 * Stryker's runner for vitest starts a worker for every mutant, which loads the cloud SDKs anew: seconds, where
 * the cases themselves take milliseconds. Only a mutant of code that runs while a module loads needs its module anew.
 */
class CasesRunner implements TestRunner {
  private suite: Suite | undefined;
  private cases: readonly CaseTest[] = [];

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun(): Promise<DryRunResult> {
    // Known only now: Stryker loads this file before it goes into the mutated copy.
    this.suite = new Suite(join(cwd(), "policies"));
    this.cases = await this.suite.all();
    const tests = run(this.cases, true);
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
      const tests = run(await this.casesFor(options), options.disableBail);
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

  private async casesFor(options: MutantRunOptions): Promise<readonly CaseTest[]> {
    if (options.mutantActivation === "static")
      return (await this.suite?.anew(options.sandboxFileName)) ?? [];
    const wanted = options.testFilter && new Set(options.testFilter);
    return this.cases.filter(({ id }) => wanted?.has(id) ?? true);
  }
}

function run(cases: readonly CaseTest[], toTheEnd: boolean): TestResult[] {
  const results: TestResult[] = [];
  for (const each of cases) {
    const result = runOne(each);
    results.push(result);
    if (result.status === TestStatus.Failed && !toTheEnd) break;
  }
  return results;
}

function runOne({ id, run }: CaseTest): TestResult {
  const state = context();
  const start = performance.now();
  state.currentTestId = id;
  try {
    run();
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

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "cases", CasesRunner)];
