import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll } from "vitest";
import { emptyDefinition, type Crd } from "../../components/clickhouse/crds.ts";
import { awsProgram } from "../../stacks/programs.ts";
import { readAwsSettings, type AwsSettings } from "../../stacks/settings.ts";
import { calls, outputsIn } from "../standins/answers.ts";
import { recordAws, type Made, type RecordOptions } from "./aws-mocks.ts";
import { configOf, shippedSettings } from "./mocks.ts";

/** A folder that stands for the project, with the files that a user brings; it goes with the test file. */
export const root = mkdtempSync(join(tmpdir(), "recover-aws-"));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});
const plugin = "a connector's release";
mkdirSync(join(root, "vendor"));
writeFileSync(join(root, "vendor/kafka-connect-aws-s3.zip"), plugin);
writeFileSync(join(root, "bundle.tar.gz"), "scripts");

/** Settings of a shipped example that can be recorded. */
export function example(stack: "prod" | "dr"): Record<string, unknown> {
  const values = shippedSettings(stack);
  const archive = values["archive"] as { plugin: Record<string, unknown> };
  // The sum of a file that is not shipped.
  archive.plugin["sha256"] = createHash("sha256").update(plugin).digest("hex");
  return values;
}

export function settingsOf(
  stack: "prod" | "dr",
  changed: Readonly<Record<string, unknown>> = {},
): AwsSettings {
  return readAwsSettings(configOf({ ...example(stack), ...changed }), root);
}

function program(settings: AwsSettings, crds: readonly Crd[] = [emptyDefinition]) {
  return awsProgram(settings, {
    crds,
    bundle: { version: "0.0.0", sha256: "b".repeat(64), file: join(root, "bundle.tar.gz") },
    probe: () => Promise.resolve(true),
  });
}

/**
 * All that a stack asks for.
 *
 * @param dryRun as a preview, in which nothing of the cloud is known
 * @param definitions of the ClickHouse operator. @default one that is empty
 */
export function recordStack(
  settings: AwsSettings,
  dryRun = false,
  definitions?: readonly Crd[],
): Promise<Made[]> {
  // The machine that previews knows the operator's own cluster token, nothing else.
  return recordAws(
    () => program(settings, definitions),
    dryRun ? { calls, dryRun } : answersOf(settings),
  );
}

/** What the cloud answers, in the stack's region. */
function answersOf({ region }: AwsSettings): RecordOptions {
  return { calls, outputs: outputsIn(region) };
}

/** What the program of a stack refuses in a preview, before it has asked for everything. */
export async function refusalOf(settings: AwsSettings): Promise<string> {
  let refusal: unknown;
  await recordAws(
    async () => {
      try {
        await program(settings);
      } catch (error) {
        refusal = error;
      }
    },
    { dryRun: true, calls },
  );
  return refusal instanceof Error ? refusal.message : "nothing";
}

/** A stack's outputs after an `up`. */
export async function outputsOf(settings: AwsSettings): Promise<Record<string, unknown>> {
  let known: Record<string, unknown> = {};
  await recordAws(async () => {
    const all = pulumi.output(await program(settings));
    known = await new Promise<Record<string, unknown>>((resolve) => all.apply(resolve));
  }, answersOf(settings));
  return known;
}
