import type { Tools } from "../../setup/tools.mjs";
import { LocalPlatform } from "../../stacks/local/platform.ts";
import { primary } from "../../stacks/primary.ts";
import { readLocalSettings } from "../../stacks/settings.ts";
import { standby } from "../../stacks/standby.ts";
import { configOf } from "./mocks.ts";

/** No machine's own, so that the recorded inputs are everybody's; a test mocks `loadTools` with them. */
export const toolsOfNobody: Tools = {
  binDir: "/tools/bin",
  pulumiHome: "/tools/pulumi-home",
  node: "/tools/node",
  libchdb: "/tools/libchdb.so",
  clickhouse: null,
  postgresBin: "/tools/postgres/bin",
  asNonRoot: [],
  barmanBin: "/tools/barman/bin",
  java: "/tools/java",
  python: "/tools/python3",
  kafkaLibs: "/tools/kafka",
  zookeeperLibs: "/tools/zookeeper",
  versitygw: "/tools/versitygw",
  pulumi: "/tools/pulumi",
};

/** The program of a stack of the local platform, as `stacks/index.ts` chooses it. */
export function localProgram(values: Readonly<Record<string, unknown>>): () => unknown {
  const settings = readLocalSettings(configOf(values), "/project");
  return () => {
    const platform = new LocalPlatform(settings, "/project");
    return settings.role === "primary" ? primary(settings, platform) : standby(settings, platform);
  };
}
