import { canonicalType } from "../types.ts";
import { overlay, Reader, unknown, type Branch, type Tree } from "./value.ts";

/** A resource as one of the sources has it. */
export interface ResourceFacts {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** What the program asked for. @default this source does not say */
  readonly inputs?: Branch | undefined;
  /** What came out, or what a preview expects. */
  readonly outputs: Branch;
  readonly id?: string | undefined;
  readonly protect: boolean;
  /** Only exported state and saved previews tell. */
  readonly retainOnDelete?: boolean | undefined;
  /** The engine of a preview or update tells it, its files do not. */
  readonly ignoreChanges?: readonly string[] | undefined;
  /** Which resources a property's value comes from, by the property's name. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly provider?: ProviderFacts | undefined;
  /** Read into the stack, not managed by it. @default false */
  readonly external?: boolean | undefined;
}

export interface ProviderFacts {
  readonly name: string;
  readonly properties: Branch;
}

/** One resource; its properties are read as {@link Reader} does. */
export class Resource extends Reader {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  readonly facts: ResourceFacts;
  readonly provider: Reader | undefined;

  constructor(facts: ResourceFacts) {
    super(
      overlay(facts.inputs ?? unknown, facts.outputs),
      `${shortType(facts.type)} ${facts.name}`,
    );
    this.facts = facts;
    this.urn = facts.urn;
    this.name = facts.name;
    this.type = canonicalType(facts.type);
    this.provider =
      facts.provider && new Reader(facts.provider.properties, `provider ${facts.provider.name}`);
  }

  get protect(): boolean {
    return this.facts.protect;
  }

  /** What only the provider knows, such as an ARN: not known in the preview that makes the resource. */
  computed(key: string): Tree {
    const { outputs } = this.facts;
    return Object.hasOwn(outputs, key) ? (outputs[key] ?? undefined) : unknown;
  }

  /** For messages: `Bucket events`. */
  get label(): string {
    return `${shortType(this.type)} ${this.name}`;
  }
}

/** `aws:s3/bucket:Bucket` → `Bucket` */
export function shortType(type: string): string {
  return type.split(":").at(-1) ?? type;
}
