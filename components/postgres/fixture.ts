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
