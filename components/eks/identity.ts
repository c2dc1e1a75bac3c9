import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import { boundary } from "../aws/iam.ts";
import { transformed, type Transform } from "../aws/transform.ts";

/** One statement of an IAM policy, with ARNs that may only be known later. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

export interface AwsPodIdentityArgs {
  readonly region: AwsRegion;
  /** Whose pods; the cluster runs the EKS Pod Identity agent. */
  readonly clusterName: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  /** What the pods may do. @default nothing */
  readonly statements?: readonly PolicyStatement[];
  /** Whole policy documents, by the last part of their resource's name. @default none */
  readonly documents?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Policies that AWS or the account keeps, by ARN. @default none */
  readonly managedPolicyArns?: readonly string[];
  /** Limit that the account sets to all roles, by ARN. @default none */
  readonly permissionsBoundaryArn?: string | undefined;
  /**
   * Epoch that the role writes for, as its tag: the vault's buckets refuse roles of earlier ones.
   * @default none: not bound to an epoch
   * @remarks Recovery: a writer that is fenced is refused from its next request on (docs/decisions/012).
   */
  readonly epoch?: pulumi.Input<number>;
  /** Line of that epoch, as a tag. @default none: `main` */
  readonly line?: pulumi.Input<string> | undefined;
  /** Last word on the role's arguments. @default none */
  readonly transform?: { readonly role?: Transform<aws.iam.RoleArgs> };
}

/**
 * An IAM role that pods of one service account have, and no others: the role trusts that account of that
 * namespace of that cluster alone, so a second association elsewhere gets nothing.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 *
 * @remarks Recovery: roles and associations can be made before the day, without a node or a pod; nothing of
 * IAM, whose control plane is in one region, is then created while that region may be down.
 */
export class AwsPodIdentity extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  /** What a pod must wait for: without it, a started pod has no credentials for its whole life. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: AwsPodIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:eks:AwsPodIdentity", name, {}, opts);
    const { region, clusterName, namespace, serviceAccount } = args;
    const child = { parent: this, provider: region.provider };
    const role = new aws.iam.Role(
      `${name}-role`,
      transformed(args.transform?.role, {
        description: pulumi.interpolate`${region.prefix}: ${namespace}/${serviceAccount}`,
        assumeRolePolicy: podTrust(args),
        tags: dataTags("none", args.epoch, args.line),
        ...boundary(args.permissionsBoundaryArn),
      }),
      child,
    );
    const policies: pulumi.Resource[] = (args.managedPolicyArns ?? []).map(
      (policyArn, index) =>
        new aws.iam.RolePolicyAttachment(
          `${name}-managed-${index}`,
          { role: role.name, policyArn },
          child,
        ),
    );
    if (args.statements !== undefined && args.statements.length > 0) {
      policies.push(
        new aws.iam.RolePolicy(
          `${name}-policy`,
          { role: role.name, policy: policyDocument(args.statements) },
          child,
        ),
      );
    }
    for (const [suffix, policy] of Object.entries(args.documents ?? {})) {
      policies.push(
        new aws.iam.RolePolicy(`${name}-${suffix}`, { role: role.name, policy }, child),
      );
    }
    const association = new aws.eks.PodIdentityAssociation(
      `${name}-association`,
      { clusterName, namespace, serviceAccount, roleArn: role.arn, tags: dataTags("none") },
      child,
    );
    this.roleArn = role.arn;
    this.ready = [...policies, association];
    this.registerOutputs({ roleArn: this.roleArn, ready: this.ready });
  }
}

export function policyDocument(statements: readonly PolicyStatement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: [...statements] });
}

/** EKS hands the pod's cluster, namespace and service account over as session tags. */
function podTrust(args: AwsPodIdentityArgs): pulumi.Output<string> {
  const { region, clusterName, namespace, serviceAccount } = args;
  const { partition, name, accountId } = region;
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:RequestTag/eks-cluster-arn": pulumi.interpolate`arn:${partition}:eks:${name}:${accountId}:cluster/${clusterName}`,
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": serviceAccount,
          },
        },
      },
    ],
  });
}
