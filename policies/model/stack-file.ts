import { basename } from "node:path";
import { z } from "zod";
import { BadInput, explain } from "../settings/index.ts";
import { parseYaml } from "../yaml.ts";
import type { StackFacts } from "./stack.ts";

/** `Pulumi.STACK.yaml`: https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/ */
const schema = z.looseObject({
  secretsprovider: z.string().optional(),
  config: z.record(z.string(), z.unknown()).nullish(),
});

export interface StackFile {
  readonly stack: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secretsProvider: string | undefined;
}

/** @throws BadInput */
export function readStackFile(text: string, file: string): StackFile {
  const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(file))?.[1];
  if (stack === undefined) {
    throw new BadInput(
      `${file}: a stack file is named Pulumi.STACK.yaml, so that it tells its stack`,
    );
  }
  let raw: unknown;
  try {
    raw = parseYaml(text);
  } catch (error) {
    throw new BadInput(`${file} is not YAML: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(raw ?? {});
  if (!parsed.success)
    throw new BadInput(`${file} is no stack file: ${explain(parsed.error.issues)}`);
  const { config, secretsprovider } = parsed.data;
  return { stack, config: config ?? {}, secretsProvider: secretsprovider };
}

/** What the stack's file adds to what its state or preview tells. */
export function withStackFile(facts: StackFacts, file: StackFile): StackFacts {
  const url = file.secretsProvider;
  return {
    ...facts,
    config: { ...file.config, ...facts.config },
    ...(facts.secretsProvider === undefined && url !== undefined
      ? { secretsProvider: { type: url.replace(/:.*/, ""), url } }
      : {}),
  };
}
