import { readFile } from "node:fs/promises";
import { z } from "zod";
import { pulumi, stackOutput } from "../cli/pulumi.ts";
import { parseAs } from "../cli/input.ts";
import { defineStandaloneCommand, UserError } from "../command.ts";
import { localServer } from "../s3-access.ts";

const params = z.object({
  standby: z
    .string()
    .optional()
    .describe("stack that gets the settings; default: local-dr, on AWS dr"),
  from: z
    .string()
    .optional()
    .describe(
      "file with what `pulumi stack output standbyConfig --show-secrets --json` printed: pairs without the primary",
    ),
});

const values = z.record(z.string(), z.union([z.string(), z.number()])).default({});

const standbyConfig = z
  .object({
    /** Local: the S3 server in the standby's region. On AWS a standby comes by its own roles. */
    server: localServer.optional(),
    trust: z.record(z.string(), z.string()),
    /**
     * What both sides must agree on: the topic that comes back; on one machine the ports, on AWS account, names
     * and epoch.
     */
    settings: values,
    /** Settings inside of objects, by their path (`postgres.backupArn`). */
    paths: values,
  })
  .refine(({ server, settings }) => server !== undefined || "vaultKeyArn" in settings, {
    path: ["server"],
    message: "is not there, nor is settings.vaultKeyArn: where the vault is cannot be told",
  });
export type StandbyConfig = z.infer<typeof standbyConfig>;

export interface PairResult {
  readonly standby: string;
  /** Null on AWS. */
  readonly vaultEndpoint: string | null;
  readonly trustedKeys: readonly string[];
}

/** Settings as `pulumi config --json` prints them. */
type Settings = Readonly<Record<string, { readonly value?: string | undefined }>>;

/** Those of the primary's settings that the standby does not have with the same value. */
export function differing(
  wanted: StandbyConfig["settings"],
  standby: Settings,
): [string, string][] {
  return Object.entries(wanted)
    .map(([key, value]): [string, string] => [key, String(value)])
    .filter(([key, value]) => standby[`recover:${key}`]?.value !== value);
}

/**
 * Writes into the standby's own config what it must know before the day: where the vault's copy in its
 * region answers, the login, and which keys sign the ledgers. On the day nobody can be asked.
 */
export default defineStandaloneCommand({
  name: "pair",
  summary: "Give the standby's own config the vault's address, login and the ledgers' public key",
  params,
  async run(stack, { standby: asked, from }, context): Promise<PairResult> {
    const found = await configOf(stack, from);
    const { server } = found;
    const standby = asked ?? (server === undefined ? "dr" : "local-dr");
    const stacks = JSON.parse(await pulumi(["stack", "ls", "--json"], "its stacks")) as {
      name: string;
    }[];
    if (!stacks.some((each) => each.name === standby)) {
      const init = ["stack", "init", standby, "--no-select", "--non-interactive"];
      await pulumi(init, `a new stack "${standby}"`);
      context.progress(`stack ${standby} made`);
    }
    const set = async (key: string, value: string, flags: readonly string[] = []) => {
      await pulumi(
        ["config", "set", "--stack", standby, ...flags, `recover:${key}`],
        `the setting recover:${key} of "${standby}"`,
        value,
      );
      context.progress(`recover:${key} set`);
    };
    if (server !== undefined) {
      await set("vaultEndpoint", server.endpoint);
      await set("vaultAccessKeyId", server.accessKeyId);
      await set("vaultSecretAccessKey", server.secretAccessKey, ["--secret"]);
    }
    for (const [keyId, publicKey] of Object.entries(found.trust)) {
      await set(`trust["${keyId}"]`, publicKey.trimEnd(), ["--path"]);
    }
    const printed = await pulumi(
      ["config", "--json", "--stack", standby],
      `the config of stack "${standby}"`,
    );
    for (const [key, value] of differing(found.settings, JSON.parse(printed) as Settings)) {
      await set(key, value);
    }
    for (const [path, value] of Object.entries(found.paths)) {
      await set(path, String(value), ["--path"]);
    }
    return {
      standby,
      vaultEndpoint: server?.endpoint ?? null,
      trustedKeys: Object.keys(found.trust),
    };
  },
});

async function configOf(
  stack: string | undefined,
  from: string | undefined,
): Promise<StandbyConfig> {
  if (from !== undefined) {
    const printed = await readFile(from, "utf8").catch((error: unknown) => {
      throw new UserError(`${from} cannot be read: ${(error as Error).message}`);
    });
    return parseAs(standbyConfig, jsonOf(printed, from), from);
  }
  if (stack === undefined) {
    throw new UserError(
      "which primary? Pass --stack NAME of the stack that is up (`local`), or --from FILE with what it " +
        "printed while it was: `pulumi stack output standbyConfig --show-secrets --json`.",
    );
  }
  return parseAs(
    standbyConfig,
    await stackOutput(stack, "standbyConfig"),
    `output "standbyConfig" of stack "${stack}"`,
  );
}

function jsonOf(printed: string, from: string): unknown {
  try {
    return JSON.parse(printed) as unknown;
  } catch {
    throw new UserError(
      `${from} is not JSON: write it with \`pulumi stack output standbyConfig --show-secrets --json\`.`,
    );
  }
}
