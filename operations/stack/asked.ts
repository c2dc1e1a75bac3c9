import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { emptyDefinition } from "../../components/clickhouse/crds.ts";
import { UserError } from "../../scripts/command.ts";
import { awsProgram } from "../../stacks/programs.ts";
import type { AwsSettings } from "../../stacks/settings.ts";
import { projectRoot } from "./file.ts";

/** One resource as a stack's program asks for it, before anything is there. */
export interface Asked {
  /** For example `aws:rds/instance:Instance`; components have types of their own. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** What only the cloud will know is left out, at every depth. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Region of its explicit AWS provider; undefined for what is no resource of AWS. */
  readonly region: string | undefined;
}

/**
 * Every resource that `pulumi preview` of a stack shows, without engine, plugin, account and network: the
 * stack's own program runs as in a preview, and whatever it asks of the cloud is left unanswered but for what
 * no preview goes on without (the vault's buckets, a login of the cluster).
 *
 * One recording at a time: Pulumi's runtime is one for the process.
 *
 * @param stack its name, which is part of every physical name
 * @throws UserError what the program itself refuses in a preview
 */
export async function askedBy(stack: string, settings: AwsSettings): Promise<readonly Asked[]> {
  const made: Asked[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        made.push({
          type,
          name,
          inputs: plain(inputs) as Record<string, unknown>,
          region: regionOf(provider),
        });
        return { id: "", state: inputs as Record<string, unknown> };
      },
      call: ({ token, inputs }) => answers(settings)[token]?.(inputs as Inputs) ?? {},
    },
    "recover",
    stack,
    true,
  );
  let refusal: unknown;
  await pulumi.runtime.runInPulumiStack(async () => {
    try {
      return await awsProgram(settings, externals);
    } catch (error) {
      refusal = error;
      return {};
    }
  });
  // Waits for what is still being registered.
  await pulumi.runtime.disconnect();
  if (refusal !== undefined) {
    throw new UserError(refusal instanceof Error ? refusal.message : "the program ended early", {
      cause: refusal,
    });
  }
  return made;
}

type Inputs = Record<string, unknown>;

/** What the region is asked while the program runs. */
function answers({ region }: AwsSettings): Record<string, (inputs: Inputs) => object> {
  return {
    "aws:s3/getBucket:getBucket": ({ bucket }) => ({ bucket, bucketRegion: region }),
    "aws:s3/getBucketObjectLockConfiguration:getBucketObjectLockConfiguration": () => ({
      objectLockEnabled: "Enabled",
    }),
    "aws:eks/getClusterAuth:getClusterAuth": () => ({ token: "of nobody" }),
  };
}

/** Their content changes no resource of AWS: a file that is not there yet keeps nobody from asking. */
const externals = {
  crds: [emptyDefinition],
  bundle: { version: "0.0.0", sha256: "0".repeat(64), file: join(projectRoot, "package.json") },
  probe: () => Promise.resolve(true),
};

/** Key of the wire forms of secrets and assets, and the value that stands for an unknown. */
const { specialSigKey: signature, unknownValue: unknown } = pulumi.runtime;

function plain(value: unknown): unknown {
  if (value === unknown || isUnknown(value)) return undefined;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (signature in value && "value" in value) return plain(value.value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const open = plain(each);
      return open === undefined ? [] : [[key, open]];
    }),
  );
}

function isUnknown(value: unknown): boolean {
  return typeof value === "object" && value !== null && "__pulumiUnknown" in value;
}

/** Providers are named for their region: `…::aws-eu-central-1::id`. */
function regionOf(provider: string | undefined): string | undefined {
  return /::aws-([a-z0-9-]+)::/.exec(provider ?? "")?.[1];
}

/** All of a type. */
export function ofType(asked: readonly Asked[], type: string): Asked[] {
  return asked.filter((each) => each.type === type);
}
