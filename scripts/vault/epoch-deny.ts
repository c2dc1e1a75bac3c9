import { UserError } from "../command.ts";

/*
 * How a fence takes the vault from earlier epochs on AWS (docs/decisions/012): the bucket's own policy
 * refuses every role whose tag names an epoch below the one in force. A call to S3 in the bucket's
 * region, nothing of IAM, whose control plane may be in the region that is lost.
 */

/** Tags of a writer's role. A role without an epoch is bound to none; one without a line is of `main`. */
export const roleTags = { epoch: "recover:epoch", line: "recover:line" } as const;

const mainLine = "main";

export interface DenyStatement {
  readonly Sid: string;
  readonly Effect: "Deny";
  readonly Principal: "*";
  readonly Action: "s3:*";
  readonly Resource: readonly string[];
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Refuses roles of a line's earlier epochs. A role without the tag is not meant: a number is compared with
 * nothing, which is false.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 *
 * @param below the epoch in force
 */
export function denyEpochs(bucketArn: string, line: string, below: number): DenyStatement {
  const lineIs = line === mainLine ? "StringEqualsIfExists" : "StringEquals";
  return {
    Sid: sidOf(line),
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: {
      NumericLessThan: { [`aws:PrincipalTag/${roleTags.epoch}`]: String(below) },
      [lineIs]: { [`aws:PrincipalTag/${roleTags.line}`]: line },
    },
  };
}

/** Letters and digits are all that a Sid may hold: a line's other characters by their code. */
function sidOf(line: string): string {
  const safe = line.replaceAll(/[^a-wyz0-9]/g, (c) => `x${c.charCodeAt(0).toString(16)}`);
  return `FencedEpochs${safe}`;
}

/** As S3 gives it back: it may turn a list of one into a text. */
interface StoredPolicy {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid?: string; readonly Condition?: unknown }[];
}

/** The lowest epoch that a policy lets in; 0 when it refuses none. */
export function deniedBelow(policy: string | undefined, line: string): number {
  if (policy === undefined) return 0;
  const found = statementsOf(policy).find(({ Sid }) => Sid === sidOf(line));
  const condition = found?.Condition as Record<string, Record<string, unknown>> | undefined;
  const value = condition?.["NumericLessThan"]?.[`aws:PrincipalTag/${roleTags.epoch}`];
  const text = Array.isArray(value) ? (value as unknown[])[0] : value;
  return typeof text === "string" || typeof text === "number" ? Number(text) || 0 : 0;
}

/**
 * A bucket's policy with earlier epochs refused, every other statement as it is. Only ever more is refused.
 *
 * @returns undefined when it refuses them already
 */
export function withDeniedEpochs(
  policy: string | undefined,
  bucketArn: string,
  line: string,
  below: number,
): string | undefined {
  if (deniedBelow(policy, line) >= below) return undefined;
  const others = policy === undefined ? [] : statementsOf(policy);
  const Statement = [
    ...others.filter(({ Sid }) => Sid !== sidOf(line)),
    denyEpochs(bucketArn, line, below),
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

function statementsOf(policy: string): StoredPolicy["Statement"] {
  const { Statement } = JSON.parse(policy) as {
    Statement: StoredPolicy["Statement"] | StoredPolicy["Statement"][number];
  };
  return "length" in Statement ? Statement : [Statement];
}

/** Reads and writes one bucket's policy. */
export interface BucketPolicyStore {
  read(bucket: string): Promise<string | undefined>;
  write(bucket: string, policy: string): Promise<void>;
}

/** How often a policy is written again because somebody else wrote it meanwhile: S3 has no condition for that. */
const attempts = 5;

/**
 * Refuses a line's earlier epochs in these buckets, from their next request on. Idempotent; read back, so
 * that a `pulumi up` that wrote the same policy meanwhile has not undone it.
 *
 * @param partition `aws`, `aws-cn`, `aws-us-gov`
 * @returns whether any bucket let them in before
 * @throws UserError when somebody undoes it again and again
 */
export async function denyEarlierEpochs(
  store: BucketPolicyStore,
  buckets: readonly string[],
  { line, below, partition = "aws" }: { line: string; below: number; partition?: string },
): Promise<boolean> {
  let changed = false;
  for (const bucket of buckets) {
    const arn = `arn:${partition}:s3:::${bucket}`;
    for (let attempt = 1; ; attempt++) {
      const policy = withDeniedEpochs(await store.read(bucket), arn, line, below);
      if (policy === undefined) break;
      if (attempt > attempts) {
        throw new UserError(
          `the policy of bucket "${bucket}" still lets epochs below ${below} of line "${line}" in: somebody ` +
            "writes it anew at this moment. Let the stack that owns the vault finish its `pulumi up`, " +
            "then run this recovery again.",
        );
      }
      await store.write(bucket, policy);
      changed = true;
    }
  }
  return changed;
}
