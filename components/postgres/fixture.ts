import { recordAws, regionOf, type RecordOptions } from "../../tests/components/aws-mocks.ts";
import { AwsPostgres } from "./aws.ts";
import type { AwsPostgresArgs } from "./aws-args.ts";

/** What RDS answers for an instance beyond its inputs, for tests over mocks (`RecordOptions.outputs`). */
export const rdsOutputs = {
  "aws:rds/instance:Instance": {
    arn: "arn:aws:rds:eu-central-1:123456789012:db:acme-prod-g1-postgres",
    address: "acme-prod-g1-postgres.abc.eu-central-1.rds.amazonaws.com",
    resourceId: "db-ABCDEF",
    engineVersionActual: "17.6",
    allocatedStorage: 100,
    port: 5432,
    username: "recover_admin",
    masterUserSecrets: [
      { secretArn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1" },
    ],
  },
  // Names that the provider makes up.
  "aws:rds/subnetGroup:SubnetGroup": { name: "postgres-subnets-1" },
  "aws:rds/parameterGroup:ParameterGroup": { name: "postgres-parameters-1" },
  /** An id, as the final snapshot's name uses one. */
  "recover:index:Key": { value: "1b4c09fe-0d0c-4ac3-9d8b-5a3b7a4e7d11" },
} as const;

/** KMS keys of both regions. */
export const keys = {
  near: "arn:aws:kms:eu-central-1:123456789012:key/near",
  far: "arn:aws:kms:eu-west-1:123456789012:key/far",
};

/** A database of a test with its copy in the other region; call it inside the recorded program. */
export function postgres(over: Partial<AwsPostgresArgs> = {}): AwsPostgres {
  return new AwsPostgres("postgres", {
    region: regionOf("eu-central-1"),
    source: { kind: "new" },
    epoch: 3,
    subnetIds: ["subnet-a", "subnet-b"],
    vpcId: "vpc-1",
    clients: { nodes: "sg-nodes", tunnel: "sg-tunnel" },
    keyArn: keys.near,
    instanceClass: "db.r6g.large",
    replication: { to: regionOf("eu-west-1"), keyArn: keys.far },
    ...over,
  });
}

/** What such a database is made of. */
export const record = (
  over: Partial<AwsPostgresArgs> = {},
  options: RecordOptions = {},
  use: (database: AwsPostgres) => unknown = () => undefined,
) =>
  recordAws(() => use(postgres(over)), {
    ...options,
    outputs: options.dryRun === true ? {} : { ...rdsOutputs, ...options.outputs },
  });
