import { z } from "zod";
import { pulumi, stackOutput } from "../cli/pulumi.ts";
import { parseAs } from "../cli/input.ts";
import { defineStandaloneCommand, UserError } from "../command.ts";
import { s3Access } from "../connection.ts";

const params = z.object({
  standby: z.string().default("local-dr").describe("stack that gets the settings"),
});

const standbyConfig = z.object({
  server: s3Access,
  trust: z.record(z.string(), z.string()),
});

export interface PairResult {
  readonly standby: string;
  readonly vaultEndpoint: string;
  readonly trustedKeys: readonly string[];
}

type Settings = Readonly<Record<string, { readonly value?: string }>>;

/** What both sides must agree on: the topic that comes back, and on one machine folder and ports. */
const shared = ["dataDir", "portBase", "eventsTopic", "partitions", "kafkaMode"];

/** The primary's values of shared settings, as `pulumi config --json` prints them, that the standby lacks. */
export function differing(primary: Settings, standby: Settings): [string, string][] {
  return shared.flatMap((key): [string, string][] => {
    const wanted = primary[`recover:${key}`]?.value;
    return wanted === undefined || wanted === standby[`recover:${key}`]?.value
      ? []
      : [[key, wanted]];
  });
}

/**
 * Writes into the standby's own config what it must know before the day: where the vault's copy in its
 * region answers, the login, and which keys sign the ledgers. On the day nobody can be asked.
 */
export default defineStandaloneCommand({
  name: "pair",
  summary: "Give the standby's own config the vault's address, login and the ledgers' public key",
  params,
  async run(stack, { standby }, context): Promise<PairResult> {
    if (stack === undefined) {
      throw new UserError("which primary? Pass --stack NAME of the stack that is up (`local`).");
    }
    const found = parseAs(
      standbyConfig,
      await stackOutput(stack, "standbyConfig"),
      `output "standbyConfig" of stack "${stack}"`,
    );
    const stacks = JSON.parse(await pulumi(["stack", "ls", "--json"], "its stacks")) as {
      name: string;
    }[];
    if (!stacks.some((each) => each.name === standby)) {
      await pulumi(["stack", "init", standby, "--non-interactive"], `a new stack "${standby}"`);
      context.progress(`stack ${standby} made`);
    }
    const settings = async (name: string) =>
      JSON.parse(
        await pulumi(["config", "--json", "--stack", name], `the config of stack "${name}"`),
      ) as Settings;
    const set = async (key: string, value: string, flags: readonly string[] = []) => {
      await pulumi(
        ["config", "set", "--stack", standby, ...flags, `recover:${key}`],
        `the setting recover:${key} of "${standby}"`,
        value,
      );
      context.progress(`recover:${key} set`);
    };
    await set("vaultEndpoint", found.server.endpoint);
    await set("vaultAccessKeyId", found.server.accessKeyId);
    await set("vaultSecretAccessKey", found.server.secretAccessKey, ["--secret"]);
    for (const [keyId, publicKey] of Object.entries(found.trust)) {
      await set(`trust["${keyId}"]`, publicKey.trimEnd(), ["--path"]);
    }
    for (const [key, value] of differing(await settings(stack), await settings(standby))) {
      await set(key, value);
    }
    return {
      standby,
      vaultEndpoint: found.server.endpoint,
      trustedKeys: Object.keys(found.trust),
    };
  },
});
