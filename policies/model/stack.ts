import { custom } from "../types.ts";
import type { Objectives } from "../settings/objectives.ts";
import { identities, matches } from "./identity.ts";
import { Resource, type ResourceFacts } from "./resource.ts";
import { NotKnown, unknown, type Tree } from "./value.ts";

/** What a source knows of a stack. */
export interface StackFacts {
  /** @default from the first URN */
  readonly name?: string;
  readonly resources: readonly ResourceFacts[];
  /** `engine` and `preview` may hold values that only the update will know. */
  readonly source: "engine" | "preview" | "state";
  /** How the state's secrets are encrypted, as the state has it. @default not told */
  readonly secretsProvider?:
    { readonly type: string; readonly url?: string | undefined } | undefined;
  /** The stack's configuration by full key, such as `aws:region`. @default not told */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/** As it is told, else as its first URN has it: `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
export function nameOf({ name, resources }: StackFacts): string {
  return name ?? resources[0]?.urn.split(":")[2] ?? "";
}

/** What the rules look at besides the stack itself. */
export interface Surroundings {
  readonly objectives: Objectives;
  /** The same stack as it was before. @default not given */
  readonly previous?: Stack;
  /** Other stacks of the same platform, such as the standby. @default none */
  readonly peers?: readonly Stack[];
  /** What the settings file says of other stacks, by name. @default nothing */
  readonly declared?: ReadonlyMap<string, Objectives>;
}

/** Where a property leads. */
export type Target =
  | { readonly kind: "resource"; readonly resource: Resource }
  /** Something that this stack does not hold. */
  | { readonly kind: "elsewhere"; readonly value: string; readonly resource?: undefined }
  | { readonly kind: "unknown"; readonly resource?: undefined }
  | { readonly kind: "nothing"; readonly resource?: undefined };

/** Resources whose property leads to one resource. */
export interface Pointers {
  readonly sure: readonly Resource[];
  /** Of the right type, but what they lead to is not known. */
  readonly maybe: readonly Resource[];
}

export class Stack {
  readonly name: string;
  readonly source: StackFacts["source"];
  readonly resources: readonly Resource[];
  readonly objectives: Objectives;
  readonly previous: Stack | undefined;
  readonly peers: readonly Stack[];
  readonly declared: ReadonlyMap<string, Objectives>;
  readonly secretsProvider: StackFacts["secretsProvider"];
  readonly config: StackFacts["config"];
  private readonly byType = new Map<string, Resource[]>();
  private readonly byUrn = new Map<string, Resource>();
  private readonly named = new Map<Resource, readonly string[]>();

  constructor(
    facts: StackFacts,
    { objectives, previous, peers = [], declared = new Map() }: Surroundings,
  ) {
    this.name = nameOf(facts);
    this.source = facts.source;
    this.objectives = objectives;
    this.previous = previous;
    this.peers = peers;
    this.declared = declared;
    this.secretsProvider = facts.secretsProvider;
    this.config = facts.config;
    this.resources = facts.resources.map((each) => new Resource(each));
    for (const resource of this.resources) {
      this.byUrn.set(resource.urn, resource);
      const list = this.byType.get(resource.type);
      if (list === undefined) this.byType.set(resource.type, [resource]);
      else list.push(resource);
    }
  }

  /** Resources that the stack manages, by type token. */
  of(...types: readonly string[]): Resource[] {
    return types
      .flatMap((type) => this.byType.get(type) ?? [])
      .filter(({ facts }) => facts.external !== true);
  }

  get(urn: string): Resource | undefined {
    return this.byUrn.get(urn);
  }

  /** Role of the stack: as declared, else as its configuration says. */
  get role(): "primary" | "standby" | undefined {
    const role = this.objectives.role ?? this.setting("role");
    return role === "primary" || role === "standby" ? role : undefined;
  }

  /** A plain text of the stack's configuration, in whatever namespace. */
  setting(name: string): string | undefined {
    const found = Object.entries(this.config ?? {}).find(([key]) => key.endsWith(`:${name}`));
    return typeof found?.[1] === "string" ? found[1] : undefined;
  }

  /** An output of the program itself. */
  output(name: string): Tree {
    return this.of(custom.stack)[0]?.peek(name);
  }

  /** Which of `types` a property leads to, by its value, or by where the value comes from. */
  target(owner: Resource, path: string, ...types: readonly string[]): Target {
    const value = owner.peek(path);
    if (value === undefined) return { kind: "nothing" };
    const candidates = types.flatMap((type) => this.byType.get(type) ?? []);
    if (typeof value === "string") {
      const found = candidates.find((each) => matches(value, this.identitiesOf(each)));
      if (found !== undefined) return { kind: "resource", resource: found };
    }
    const sources = owner.facts.propertyDependencies[String(path.split(".")[0])];
    const [only, other] = candidates.filter(({ urn }) => sources?.includes(urn));
    if (only !== undefined && other === undefined && (value === unknown || this.isVague(only))) {
      return { kind: "resource", resource: only };
    }
    return typeof value === "string" ? { kind: "elsewhere", value } : { kind: "unknown" };
  }

  /** The reverse of {@link target}: resources of a type whose property leads to `resource`. */
  pointingAt(resource: Resource, type: string, path: string): Pointers {
    const sure: Resource[] = [];
    const maybe: Resource[] = [];
    for (const each of this.of(type)) {
      const target = this.target(each, path, resource.type);
      if (target.kind === "unknown") maybe.push(each);
      else if (target.resource === resource) sure.push(each);
    }
    return { sure, maybe };
  }

  /**
   * The one resource of a type that belongs to `resource`, or undefined when there is none.
   *
   * @throws NotKnown when one may belong to it
   */
  partOf(resource: Resource, type: string, path: string): Resource | undefined {
    const { sure, maybe } = this.pointingAt(resource, type, path);
    const [first] = sure;
    if (first !== undefined) return first;
    const [possible] = maybe;
    if (possible === undefined) return undefined;
    throw new NotKnown(`whether ${possible.label} belongs to ${resource.label} is not known yet`);
  }

  /**
   * Region that a resource is in: its own setting, else its provider's, else that of its ARN.
   *
   * @throws NotKnown
   */
  regionOf(resource: Resource): string {
    const region = this.regionIfKnown(resource);
    if (region !== undefined) return region;
    throw new NotKnown(`the region of ${resource.label} is not known: pin it on its provider`);
  }

  regionIfKnown(resource: Resource): string | undefined {
    const arn = resource.computed("arn");
    const { provider } = resource;
    const places: Tree[] = [
      resource.peek("region"),
      provider?.peek("region"),
      typeof arn === "string" ? arn.split(":")[3] : undefined,
      provider === undefined ? this.config?.["aws:region"] : undefined,
    ] as Tree[];
    return places.find((each): each is string => typeof each === "string" && each !== "");
  }

  private identitiesOf(resource: Resource): readonly string[] {
    const known = this.named.get(resource);
    if (known !== undefined) return known;
    const names = identities(resource);
    this.named.set(resource, names);
    return names;
  }

  /** Its names are not all known, so a value that matches none of them may still be one of them. */
  private isVague(resource: Resource): boolean {
    return resource.computed("id") === unknown || resource.computed("arn") === unknown;
  }
}
