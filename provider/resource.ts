import type { Properties } from "./values.ts";

/** What one call may use besides its properties. */
export interface CallContext {
  readonly urn: string;
  /** Aborted when the user cancels, or when the engine is gone. */
  readonly signal: AbortSignal;
  /** The resource's status line while it is worked on; gone afterwards. */
  readonly progress: (message: string) => void;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
}

export interface DiffCall {
  readonly id: string;
  /** Last known outputs. */
  readonly state: Properties;
  /** Last inputs. */
  readonly olds: Properties;
  /** New inputs; unknown parts in previews. */
  readonly news: Properties;
}

export interface DiffRequest extends DiffCall {
  /** Asked by a refresh, for its display: it must not refuse what it reports. */
  readonly refreshing: boolean;
  /** Names of properties whose changes the program ignores. */
  readonly ignored: readonly string[];
}

export interface DiffResult {
  /** Names of properties that change; none: nothing to do. */
  readonly changes: readonly string[];
  /** Those of them that make a new resource. @default none */
  readonly replaces?: readonly string[];
  /** @default false */
  readonly deleteBeforeReplace?: boolean;
}

export interface Created {
  readonly id: string;
  readonly outputs: Properties;
}

/** One resource type: what the engine asks of it, without the wire. */
export interface Resource {
  /** Messages by property; empty when the inputs are right as far as they are known. */
  check(news: Properties): { readonly property: string; readonly reason: string }[];
  diff(call: DiffRequest, context: CallContext): Promise<DiffResult>;
  create(news: Properties, preview: boolean, context: CallContext): Promise<Created>;
  /** The live state; a resource is never dropped because it is down. */
  read(id: string, state: Properties, context: CallContext): Promise<Properties>;
  update(call: DiffCall, preview: boolean, context: CallContext): Promise<Properties>;
  delete(id: string, state: Properties, context: CallContext): Promise<void>;
}

/**
 * The resource was made but does not work yet: it is kept in state, so that the next update tries
 * again and a destroy removes it.
 */
export class InitFailed extends Error {
  readonly id: string;
  readonly outputs: Properties;

  constructor(created: Created, reason: string) {
    super(reason);
    this.id = created.id;
    this.outputs = created.outputs;
  }
}
