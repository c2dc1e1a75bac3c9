import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { roleTags } from "../../scripts/vault/epoch-deny.ts";

/** What a resource holds, for the tag `recover:data`: what is lost with it. */
export type DataClass =
  "events" | "backups" | "ledger" | "relational" | "coordination" | "credentials" | "none";

/**
 * What every AWS component needs to know of the region that it is made in. Each component passes
 * `provider` to all of its children and invokes: nothing may slip to an ambient region.
 */
export interface AwsRegion {
  /** For example `eu-central-1`. */
  readonly name: string;
  /** Pinned to `name`; the stack's default providers are disabled. */
  readonly provider: aws.Provider;
  /** Twelve digits. */
  readonly accountId: pulumi.Input<string>;
  /** `aws`, `aws-cn`, `aws-us-gov`: second part of every ARN. */
  readonly partition: string;
  /** First part of every physical name that somebody else finds by name: `prefixOf`. */
  readonly prefix: string;
  /** On every resource that takes tags, by the provider: install, stack, role. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface AwsRegionArgs {
  readonly region: string;
  /** Name of this installation in its account, 2 to 20 of `a-z 0-9 -`. */
  readonly install: string;
  readonly stack: string;
  readonly role: "primary" | "standby";
  /** Grows by one whenever this stack's stateful resources are made anew, as by a failback. @default 1 */
  readonly generation?: number;
  readonly accountId: pulumi.Input<string>;
  /** @default the standby's region is in the same partition as the primary's: "aws" */
  readonly partition?: string;
}

/** The region of a stack with its provider, which refuses to work in any other account. */
export function awsRegion(
  name: string,
  args: AwsRegionArgs,
  opts?: pulumi.ResourceOptions,
): AwsRegion {
  const { region, install, stack, role, generation = 1, accountId, partition = "aws" } = args;
  const tags = {
    "recover:install": install,
    "recover:stack": stack,
    "recover:role": role,
  };
  const provider = new aws.Provider(
    name,
    { region, allowedAccountIds: [accountId], defaultTags: { tags } },
    opts,
  );
  return {
    name: region,
    provider,
    accountId,
    partition,
    prefix: prefixOf({ install, stack, generation }),
    tags,
  };
}

/**
 * Install, stack and generation, for example `recover-prod-g1`: two installs in one account do not collide,
 * nor does what is made anew with what it replaces.
 */
export function prefixOf(of: {
  readonly install: string;
  readonly stack: string;
  readonly generation: number;
}): string {
  return `${of.install}-${of.stack}-g${of.generation}`;
}

/**
 * Tags of one resource beyond the provider's: what it holds, and for which epoch where it has one, of which line
 * where that is not `main`.
 */
export function dataTags(
  data: DataClass,
  epoch?: pulumi.Input<number>,
  line?: pulumi.Input<string>,
): Record<string, pulumi.Input<string>> {
  return {
    "recover:data": data,
    ...(epoch === undefined ? {} : { [roleTags.epoch]: pulumi.interpolate`${epoch}` }),
    ...(line === undefined ? {} : { [roleTags.line]: line }),
  };
}

/**
 * A physical name within its service's limit.
 *
 * @throws Error when it does not fit: a cut name could collide with another install's
 */
export function physicalName(region: AwsRegion, suffix: string, longest: number): string {
  const name = `${region.prefix}-${suffix}`;
  if (name.length > longest) {
    throw new Error(
      `The name ${name} has ${name.length} characters, ${longest} are allowed. ` +
        "Shorten recover:install or the stack's name.",
    );
  }
  return name;
}
