import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { UserError } from "../command.ts";
import { connectionSchema } from "../connection.ts";
import type { Connection } from "../connection.ts";
import { kebab } from "./options.ts";
import { stackOutput } from "./pulumi.ts";

/** The options of every command, as given. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly input?: string;
  readonly connection?: string;
  readonly stack?: string;
}

const inputSchema = z.strictObject({
  connection: z.unknown().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
});
export type Input = z.infer<typeof inputSchema>;

/** What `--input` names: a file, or `-` for stdin. */
export async function readInput(source: string | undefined): Promise<Input> {
  if (source === undefined) return {};
  const where = source === "-" ? "stdin" : source;
  const content = source === "-" ? await text(process.stdin) : await readText(source);
  return parseAs(inputSchema, parseJson(content, where), where);
}

/**
 * From `--input`, `--connection` or `--stack`, whichever is given, in this order.
 *
 * @param output of the stack that holds what this command needs
 */
export async function readConnection(
  input: Input,
  options: CommonOptions,
  output = "connection",
): Promise<Connection> {
  if (input.connection !== undefined && input.connection !== null) {
    return parseAs(connectionSchema, input.connection, "the connection of --input");
  }
  if (options.connection !== undefined) {
    const content = await readText(options.connection);
    return parseAs(connectionSchema, parseJson(content, options.connection), options.connection);
  }
  if (options.stack !== undefined) {
    const content = await stackOutput(options.stack, output);
    return parseAs(connectionSchema, content, `output "${output}" of stack "${options.stack}"`);
  }
  throw new UserError(
    "which platform? Pass --stack NAME of a stack that is up, or --connection FILE with what " +
      "`pulumi stack output connection --show-secrets` printed.",
  );
}

/** The schema's reading of a value, or one line a field of what is wrong with it. */
export function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `  ${issue.path.map(String).join(".") || "(all)"}: ${issue.message}`,
  );
  throw new UserError(`${where} is not what is expected:\n${lines.join("\n")}`);
}

/** The same for parameters, in the words of the command line. */
export function parseParams<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  command: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const [field, ...rest] = issue.path.map(String);
    const option = field === undefined ? "(all)" : `--${kebab(field)}`;
    return `  ${[option, ...rest].join(".")}: ${issue.message}`;
  });
  throw new UserError(
    `the options of ${command} are not right (see ${command} --help):\n${lines.join("\n")}`,
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function parseJson(content: string, where: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${(error as Error).message}`);
  }
}
