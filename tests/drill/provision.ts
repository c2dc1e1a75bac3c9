import type { DrillOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import { between, seededRandom } from "./random.ts";
import type { Stack } from "./stack.ts";
import type { Workspace } from "./workspace.ts";

/** Protection times that the drill sets and the verdict is measured by, seconds. */
export const protection = {
  archiveFlush: 5,
  walTimeout: 5,
  replicationLag: { min: 1, max: 30 },
} as const;

const chosen = { off: "the drill takes its backups at moments of its own" };

/** Settings that both roles share. */
function shared(options: DrillOptions, workspace: Workspace) {
  return {
    dataDir: workspace.dataDir,
    portBase: workspace.portBase,
    kafkaMode: options.kafkaMode,
    failpoints: workspace.failpoints,
    fullBackups: chosen,
    incrementalBackups: chosen,
    archiveFlush: `${protection.archiveFlush} seconds`,
    walTimeout: `${protection.walTimeout} seconds`,
  };
}

/** Stack `local` and its settings; `up` is what comes next. */
export async function configurePrimary(
  stack: Stack,
  options: DrillOptions,
  workspace: Workspace,
): Promise<void> {
  const { min, max } = protection.replicationLag;
  await stack.init({
    ...shared(options, workspace),
    zookeeperSnapshots: "10 seconds",
    replicationLag: {
      min: `${min} seconds`,
      max: `${max} seconds`,
      seed: between(seededRandom(`${options.seed}/lag`), 1, 1_000_000),
    },
    ...(options.negative === "skip-fence" ? { negativeControl: "skip-fence" } : {}),
  });
}

/** Stack `local-dr`, told before the day what it must know: the vault's copy and whom to trust. */
export async function configureStandby(
  stack: Stack,
  options: DrillOptions,
  workspace: Workspace,
  primary: Platform,
): Promise<void> {
  await pair(stack, shared(options, workspace), primary);
}

/** Makes a standby's stack with what `npm run pair` copies from a primary that is up. */
export async function pair(
  stack: Stack,
  settings: Readonly<Record<string, unknown>>,
  { standbyConfig }: Platform,
): Promise<void> {
  if (standbyConfig === undefined) throw new Error("stack local has no output standbyConfig");
  const { server, trust } = standbyConfig;
  await stack.init({
    ...settings,
    vaultEndpoint: server.endpoint,
    vaultAccessKeyId: server.accessKeyId,
    trust,
  });
  await stack.setSecret("vaultSecretAccessKey", server.secretAccessKey);
}

/**
 * Negative control `skip-fence`: the recovery stopped half-way, so the stack's outputs still name the
 * old server. The new one is in the state, in the connection of the step that made its tables.
 */
export async function halfRecovered(stack: Stack, before: Platform): Promise<Platform> {
  const resources = await stack.resources();
  const structure = resources.findLast(({ urn }) => urn.endsWith("-structure"));
  const { clickhouse } = (structure?.inputs["connection"] ?? {}) as {
    clickhouse?: { url: string; reader?: { username: string; password: string } };
  };
  if (clickhouse?.reader === undefined) {
    throw new Error("the recovery has not come as far as a new ClickHouse");
  }
  return { ...before, clickhouse: { url: clickhouse.url, ...clickhouse.reader } };
}
