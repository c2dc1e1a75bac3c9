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
} as const;
