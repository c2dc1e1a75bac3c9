import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion } from "../aws/context.ts";
import { serviceTrust } from "../aws/iam.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { policy } from "../kafka/iam.ts";
import { encryptedLogs } from "./services.ts";

/** `firehose-transform.mjs` beside this file: the Lambda's whole code. */
const code = join(import.meta.dirname, "firehose-transform.mjs");

/** The Lambda that writes partition and offset into each record; it may write its own log, nothing else. */
export function transformLambda(
  name: string,
  args: {
    readonly region: AwsRegion;
    readonly topic: string;
    readonly logsKeyArn: pulumi.Input<string>;
  },
  transform: Transform<aws.lambda.FunctionArgs> | undefined,
  child: pulumi.CustomResourceOptions,
): aws.lambda.Function {
  const { region, topic } = args;
  const functionName = physicalName(region, `archive-${topic}`, 64);
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      description: "Writes its own log, nothing else",
      assumeRolePolicy: serviceTrust("lambda.amazonaws.com"),
      tags: dataTags("none"),
    },
    child,
  );
  const logs = encryptedLogs(
    `${name}-logs`,
    { name: `/aws/lambda/${functionName}`, keyArn: args.logsKeyArn },
    child,
  );
  const access = new aws.iam.RolePolicy(
    `${name}-access`,
    {
      role: role.id,
      policy: logs.arn.apply((arn) =>
        JSON.stringify(
          policy({
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: `${arn}:*`,
          }),
        ),
      ),
    },
    child,
  );
  return new aws.lambda.Function(
    name,
    transformed(transform, {
      name: functionName,
      description: "Writes partition and offset into each archived record",
      role: role.arn,
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset(code) }),
      // A stream names a version: a new one is taken by an update of the stream, never in between.
      publish: true,
      memorySize: 512,
      // Firehose waits five minutes at most.
      timeout: 120,
      environment: { variables: { TOPIC: topic } },
      loggingConfig: { logFormat: "JSON", logGroup: logs.name },
      tags: dataTags("none"),
    }),
    { ...child, dependsOn: [access] },
  );
}
