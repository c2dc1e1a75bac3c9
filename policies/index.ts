import type { Rule } from "./rule.ts";
import { rules as dr } from "./rules/dr/index.ts";
import { rules as msk } from "./rules/msk/index.ts";
import { rules as rds } from "./rules/rds/index.ts";
import { rules as relations } from "./rules/relations/index.ts";
import { rules as s3 } from "./rules/s3/index.ts";
import { rules as backup } from "./rules/backup/index.ts";
import { rules as eks } from "./rules/eks/index.ts";
import { rules as firehose } from "./rules/firehose/index.ts";
import { rules as kinesis } from "./rules/kinesis/index.ts";
import { rules as kms } from "./rules/kms/index.ts";
import { rules as secrets } from "./rules/secrets/index.ts";
import { rules as workloads } from "./rules/workloads/index.ts";

/** Every rule of the pack, by area; an area lists its rules in `rules/<area>/index.ts`. */
export const rules: readonly Rule[] = [
  ...dr,
  ...relations,
  ...s3,
  ...rds,
  ...msk,
  ...kms,
  ...secrets,
  ...backup,
  ...eks,
  ...workloads,
  ...firehose,
  ...kinesis,
];
