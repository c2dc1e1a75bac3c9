import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Tools } from "../../setup/tools.mjs";
import type { Connection } from "../../scripts/connection.ts";
import { Process } from "./process.ts";
import type { RegionPorts } from "./ports.ts";

/** What every component of the local platform needs to know of its region. */
export interface LocalRegion {
  /** For example `east`. */
  readonly name: string;
  /** Absolute folder of the region's engines: lost as a whole in `region-lost`. */
  readonly folder: string;
  readonly ports: RegionPorts;
  readonly tools: Tools;
  /** Absolute folder of the project. */
  readonly root: string;
  /** Folder that arms failpoints; only in drills. */
  readonly failpoints?: string;
}

/** Absolute home of one engine, its identity. */
export function homeOf(region: LocalRegion, engine: string): string {
  return join(region.folder, engine);
}

/** Parts of a connection, each possibly known only after its engine is up. */
export type ConnectionParts = {
  [K in keyof Connection]?: pulumi.Input<NonNullable<Connection[K]>>;
};

/** A connection that holds just the given parts, as one secret. */
export function connect(parts: ConnectionParts): pulumi.Output<Connection> {
  return pulumi.secret(pulumi.output(parts)) as unknown as pulumi.Output<Connection>;
}

export interface DaemonArgs {
  readonly region: LocalRegion;
  /** Command of `scripts/commands/` that runs until it is stopped. */
  readonly command: string;
  readonly connection: pulumi.Input<Connection>;
  readonly params: pulumi.Input<Record<string, unknown>>;
}

/** One of our own long-running commands as a supervised process. */
export function daemon(
  name: string,
  { region, command, connection, params }: DaemonArgs,
  opts: pulumi.CustomResourceOptions,
): Process {
  const home = homeOf(region, name);
  const input = join(home, "conf/input.json");
  const ready = join(home, "ready");
  const spec = pulumi.all([connection, params]).apply(([link, options]) => ({
    name: `${region.name}/${name}`,
    home,
    argv: [region.tools.node, join(region.root, "scripts/cli.ts"), command, "--input", input],
    env: {
      NODE_NO_WARNINGS: "1",
      // Small and steady instead of fast: V8 and malloc else keep hundreds of MB of garbage around.
      NODE_OPTIONS: "--max-old-space-size=128 --max-semi-space-size=4",
      MALLOC_ARENA_MAX: "2",
      RECOVER_READY_FILE: ready,
      ...(region.failpoints === undefined ? {} : { RECOVER_FAILPOINTS: region.failpoints }),
    },
    // By file, readable by its owner alone: argv and environment are not private.
    files: [
      { path: "conf/input.json", content: JSON.stringify({ connection: link, params: options }) },
    ],
    ports: {},
    health: { kind: "file" as const, path: ready },
  }));
  return new Process(name, spec, opts);
}
