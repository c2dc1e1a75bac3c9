import { createInterface } from "node:readline";
import { execa } from "execa";
import { z } from "zod";
import { environment, projectRoot, pulumi } from "../cli/pulumi.ts";
import { UserError, type Context } from "../command.ts";
import { localBuckets } from "../vault/policies.ts";
import { backendFolder, findLocks, type StackLock } from "./pulumi-lock.ts";
import type { PlanInput } from "./plan.ts";

/** Where the vault is, from the stack's own config alone: the stack need not be up. */
export async function planInputOf(stack: string): Promise<PlanInput> {
  const printed = await pulumi(
    ["config", "--show-secrets", "--json", "--stack", stack],
    `the config of stack "${stack}"`,
  );
  return planInputFrom(stack, JSON.parse(printed));
}

/**
 * The same from what `pulumi config --json` printed.
 *
 * @throws UserError that says how to pair, when the vault's settings are not there
 */
export function planInputFrom(stack: string, printed: unknown): PlanInput {
  const config = z
    .record(
      z.string(),
      // Plain settings have no `objectValue`, structured ones have both.
      z.object({ value: z.string().optional(), objectValue: z.unknown().optional() }).loose(),
    )
    .parse(printed);
  if (config["recover:role"]?.value === "primary") {
    throw new UserError(
      `stack "${stack}" is a primary, and a plan is of a standby's recovery: --stack local-dr, for ` +
        `example. How well "${stack}" could be recovered says \`npm run dr -- status --stack ${stack}\`.`,
    );
  }
  const value = (name: string): string => {
    const found = config[`recover:${name}`]?.value;
    if (found === undefined || found === "") {
      throw new UserError(
        `stack "${stack}" does not know the vault: recover:${name} is not in its config. Pair it with the ` +
          `primary while that is up: \`npm run pair -- --standby ${stack}\`.`,
      );
    }
    return found;
  };
  const access = {
    endpoint: value("vaultEndpoint"),
    region: value("region"),
    accessKeyId: value("vaultAccessKeyId"),
    secretAccessKey: value("vaultSecretAccessKey"),
  };
  const trust = config["recover:trust"];
  const { backups, archive, control } = localBuckets;
  return {
    vault: { ...access, backups, archive },
    control: { ...access, bucket: control },
    line: "main",
    trust: z
      .record(z.string(), z.string())
      .catch({})
      .parse(trust?.objectValue ?? JSON.parse(trust?.value ?? "{}")),
  };
}

/**
 * Takes away a lock whose process is dead.
 * @returns the locks that were taken away
 * @throws UserError when somebody is at work, or may be on another machine
 */
export async function clearDeadLocks(stack: string, context: Context): Promise<StackLock[]> {
  const printed = await pulumi(["whoami", "--json"], "its backend");
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(printed));
  const folder = backendFolder(url, projectRoot);
  if (folder === undefined) {
    context.progress(`the backend ${url} looks after its locks itself`);
    return [];
  }
  const locks = findLocks(folder, stack);
  for (const { holder, state, path } of locks) {
    const who = `${holder.username}@${holder.hostname}, process ${holder.pid}, since ${holder.timestamp}`;
    if (state === "alive") {
      throw new UserError(
        `stack "${stack}" is being worked on at this moment (${who}). Wait until that has ended, or ` +
          "stop it, then run this again.",
      );
    }
    if (state === "elsewhere") {
      throw new UserError(
        `stack "${stack}" is locked from another machine (${who}), and whether that process lives ` +
          `cannot be seen from here. When you know it is dead: \`pulumi cancel --stack ${stack}\`. ` +
          `The lock is ${path}.`,
      );
    }
    context.warn(`the lock of a dead process is taken away (${who})`);
  }
  if (locks.length > 0) {
    await pulumi(
      ["cancel", "--yes", "--stack", stack],
      `the removal of the dead lock of "${stack}"`,
    );
  }
  return locks;
}

/** `pulumi up` with its progress passed on. @returns its exit code */
export async function up(stack: string, context: Context): Promise<number> {
  const running = execa(
    "pulumi",
    ["up", "--yes", "--non-interactive", "--skip-preview", "--stack", stack],
    {
      cwd: projectRoot,
      env: environment(),
      reject: false,
      stdin: "ignore",
      all: true,
      cancelSignal: context.signal,
      // Pulumi ends its steps in order when it is asked to.
      forceKillAfterDelay: 60_000,
    },
  );
  for await (const line of createInterface({ input: running.all })) context.progress(line);
  const { exitCode } = await running;
  return exitCode ?? 1;
}
