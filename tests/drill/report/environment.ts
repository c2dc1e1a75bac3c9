import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import type { DrillOptions } from "../options.ts";

/** Where and with what a drill ran; names are what a person reads. */
export interface Environment {
  readonly arguments: string;
  readonly [name: string]: string;
}

const versionsFile = new URL("../../../setup/versions.json", import.meta.url);

/** Of this machine and this drill. */
export function environmentOf(options: DrillOptions): Environment {
  const [cpu] = cpus();
  return {
    arguments: argumentsOf(options),
    time: new Date().toISOString(),
    machine: `${type()} ${release()}, ${cpus().length} × ${cpu?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    Node: process.version,
    ...versions(JSON.parse(readFileSync(versionsFile, "utf8")) as Record<string, unknown>),
  };
}

function argumentsOf(options: DrillOptions): string {
  return [
    `--events ${options.events}`,
    `--disaster ${options.disaster}`,
    `--moment ${options.moment}`,
    `--rate ${options.rate}`,
    ...(options.kafkaMode === "kraft" ? ["--kafka-mode kraft"] : []),
    ...(options.quietSeconds > 0 ? [`--quiet-seconds ${options.quietSeconds}`] : []),
    ...(options.negative === "none" ? [] : [`--negative ${options.negative}`]),
    ...(options.trimArchive ? ["--trim-archive"] : []),
  ].join(" ");
}

function versions(file: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(file).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
