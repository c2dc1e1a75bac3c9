import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion } from "../aws/context.ts";
import { Key } from "../local/key.ts";

/** A SCRAM login: its principal is `User:<username>`. */
export interface ScramLogin {
  readonly username: string;
  readonly password: string;
  /** Of its secret. */
  readonly secretArn: string;
}

/**
 * A login with a secret of its own, so that it can be taken away alone. The password is made once and
 * stays. MSK takes only secrets named `AmazonMSK_…` under a key of ours.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-password-limitations.html
 */
export function scramLogin(
  name: string,
  region: AwsRegion,
  args: {
    readonly username: pulumi.Input<string>;
    readonly epoch?: pulumi.Input<number>;
    readonly clusterArn: pulumi.Input<string>;
    readonly keyArn: pulumi.Input<string>;
  },
  parent: pulumi.Resource,
): pulumi.Output<ScramLogin> {
  const child = { parent, provider: region.provider };
  const password = new Key(`${name}-password`, { kind: "password" }, { parent });
  const username = pulumi.output(args.username);
  const secret = new aws.secretsmanager.Secret(
    name,
    {
      name: username.apply((login) => `AmazonMSK_${physicalName(region, login, 128)}`),
      description: "A login of the Kafka cluster",
      kmsKeyId: args.keyArn,
      recoveryWindowInDays: 7,
      tags: dataTags("credentials", args.epoch),
    },
    child,
  );
  const version = new aws.secretsmanager.SecretVersion(
    `${name}-version`,
    {
      secretId: secret.id,
      // The resource itself keeps it as a secret.
      secretString: pulumi.jsonStringify({ username: args.username, password: password.value }),
    },
    child,
  );
  // One association for each: what the fence takes away from one login leaves the others alone.
  new aws.msk.SingleScramSecretAssociation(
    `${name}-association`,
    { clusterArn: args.clusterArn, secretArn: secret.arn },
    { ...child, dependsOn: [version] },
  );
  return pulumi.secret(
    pulumi
      .all([username, password.value, secret.arn])
      .apply(([login, value, secretArn]): ScramLogin => ({
        username: login,
        password: value,
        secretArn,
      })),
  );
}
