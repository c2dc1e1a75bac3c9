/** What one supervised engine process is, as data: shared by the Pulumi provider and the tests. */
export interface ProcessSpec {
  /** Unique inside a platform, for example `east/kafka-1`. */
  readonly name: string;
  /**
   * Absolute folder that is the identity of the process. Holds `data/` (what must survive a
   * restart), `conf/` (rendered before every start), `log/` and `run.json` (who runs now).
   */
  readonly home: string;
  /** Absolute program and its arguments. */
  readonly argv: readonly string[];
  /** Added to a minimal environment (PATH, HOME, LANG, TMPDIR). @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Rendered files, paths relative to `home`, written before every start. @default [] */
  readonly files?: readonly RenderedFile[];
  /** Commands run once, in order, while `data/` does not exist yet (initdb, format). @default [] */
  readonly initialize?: readonly (readonly string[])[];
  /** Every TCP port that the process listens on, by purpose; all on 127.0.0.1. */
  readonly ports: Readonly<Record<string, number>>;
  /** How to see that it is ready to serve. */
  readonly health: HealthCheck;
  /** @default 60 */
  readonly startTimeoutSeconds?: number;
  /** Sent to the main process; SIGKILL to its group follows after `stopTimeoutSeconds`. @default "SIGTERM" */
  readonly stopSignal?: "SIGTERM" | "SIGINT" | "SIGQUIT";
  /** @default 20 */
  readonly stopTimeoutSeconds?: number;
  /**
   * Kept by `pulumi destroy` (the vault's buckets); the folder's path is said instead.
   * @default false
   */
  readonly retainData?: boolean;
}

export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  /** Octal mode. @default 0o600 */
  readonly mode?: number;
}

/** Ready when the check answers; a port that another process holds never counts. */
export type HealthCheck =
  | { readonly kind: "tcp"; readonly port: number }
  | {
      readonly kind: "http";
      readonly url: string;
      readonly status?: number;
      readonly contains?: string;
    }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "command"; readonly argv: readonly string[] };

/** Written to `home/run.json` at start; a pid counts only with its start time (pids are reused). */
export interface RunRecord {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, clock ticks since boot. */
  readonly startTicks: number;
  /** Of the boot that pid and start time belong to; a record without it is of an older version. */
  readonly bootId?: string;
  readonly startedAt: string;
  /** Grows by one at every start: dependents re-run what a restart undoes. */
  readonly generation: number;
  /** sha256 of the spec that was started. */
  readonly specHash: string;
}
