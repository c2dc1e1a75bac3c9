import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { awsDomain } from "../../lib/aws.ts";
import { physicalName, type AwsRegion } from "../aws/context.ts";

interface Image {
  /** Registry where it is published. */
  readonly upstream: "docker.io" | "public.ecr.aws";
  readonly repository: string;
  /** What to look the digest up by; what runs is the digest. */
  readonly tag: string;
}

/**
 * All images of the platform. A tag can be moved, so what runs is named by digest, and the digests come
 * from config (`recover:images`): this file names versions only, since no digest was read at its source.
 */
export const images = {
  clickhouse: { upstream: "docker.io", repository: "clickhouse/clickhouse-server", tag: "26.7" },
  zookeeper: { upstream: "public.ecr.aws", repository: "docker/library/zookeeper", tag: "3.9.4" },
  /** Runs the steps of a recovery, backups, and the lease keeper. */
  node: { upstream: "public.ecr.aws", repository: "docker/library/node", tag: "22-bookworm-slim" },
  operator: { upstream: "docker.io", repository: "altinity/clickhouse-operator", tag: "0.25.6" },
  operatorMetrics: {
    upstream: "docker.io",
    repository: "altinity/metrics-exporter",
    tag: "0.25.6",
  },
} as const satisfies Record<string, Image>;

export type ImageName = keyof typeof images;
const names = Object.keys(images) as ImageName[];

/** Where to pull an image from: an address in the stack's own region, by digest. */
export type ImageSource = (image: ImageName) => pulumi.Output<string>;

/** An ECR cache that fills itself at the first pull, or a registry that somebody fills. */
export type ImageOrigin =
  | {
      readonly pullThrough: {
        /**
         * ARN of a secret in this region with a login to Docker Hub, which ECR requires; its name begins with
         * `ecr-pullthroughcache/`.
         * https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
         */
        readonly dockerHubSecretArn: string | undefined;
      };
    }
  | {
      /** Registry and path that hold every image under its upstream repository's name, in this region. */
      readonly mirror: string;
    };

/** Prefixes of the cached repositories. */
const prefixes = { "docker.io": "hub", "public.ecr.aws": "ecr" } as const;

/**
 * An image's address, for what takes no output: the same that `AwsImages` gives, known before its rules are
 * there. What starts pods has to wait for that component.
 */
export function imageAddress(
  { region, origin, digests }: AwsImagesArgs,
  account: string,
  image: ImageName,
): string {
  const { upstream, repository } = images[image];
  const digest = checkDigests(digests)[image];
  if ("mirror" in origin) return `${checkMirror(region, origin.mirror)}/${repository}@${digest}`;
  const prefix = physicalName(region, prefixes[upstream], 30);
  return `${account}.dkr.ecr.${region.name}.${awsDomain(region.name)}/${prefix}/${repository}@${digest}`;
}

export interface AwsImagesArgs {
  readonly region: AwsRegion;
  readonly origin: ImageOrigin;
  /** Digest by image, `sha256:` and 64 hex digits. */
  readonly digests: Readonly<Partial<Record<ImageName, string>>>;
}

/**
 * Images by digest, through a registry in the stack's own region.
 *
 * @remarks Recovery: pods start while Docker Hub, or the other region, answers nothing, once each image was
 * pulled through here before: a rehearsal does that.
 */
export class AwsImages extends pulumi.ComponentResource {
  readonly source: ImageSource;
  /** ARN patterns of repositories that a first pull makes; nodes may make them. */
  readonly caches: readonly pulumi.Output<string>[];

  constructor(name: string, args: AwsImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:eks:AwsImages", name, {}, opts);
    const { region, origin, digests } = args;
    const digestOf = checkDigests(digests);
    if ("mirror" in origin) {
      const mirror = checkMirror(region, origin.mirror);
      this.caches = [];
      this.source = (image) =>
        pulumi.output(`${mirror}/${images[image].repository}@${digestOf[image]}`);
    } else {
      const cached = this.pullThrough(name, region, origin.pullThrough.dockerHubSecretArn);
      const registry = pulumi.interpolate`${region.accountId}.dkr.ecr.${region.name}.${awsDomain(region.name)}`;
      this.caches = Object.values(cached).map(
        (prefix) =>
          pulumi.interpolate`arn:${region.partition}:ecr:${region.name}:${region.accountId}:repository/${prefix}/*`,
      );
      this.source = (image) => {
        const { upstream, repository } = images[image];
        const path = pulumi.interpolate`${registry}/${cached[upstream]}/${repository}`;
        return pulumi.interpolate`${path}@${digestOf[image]}`;
      };
    }
    this.registerOutputs({ caches: this.caches });
  }

  /** Prefix of the cached repositories, which is known once the rule is there. */
  private pullThrough(
    name: string,
    region: AwsRegion,
    credentialArn: string | undefined,
  ): Readonly<Record<Image["upstream"], pulumi.Output<string>>> {
    const child = { parent: this, provider: region.provider };
    const secret = checkSecret(region, credentialArn);
    const hub = new aws.ecr.PullThroughCacheRule(
      `${name}-hub`,
      {
        ecrRepositoryPrefix: physicalName(region, prefixes["docker.io"], 30),
        upstreamRegistryUrl: "registry-1.docker.io",
        credentialArn: secret,
      },
      child,
    );
    const ecr = new aws.ecr.PullThroughCacheRule(
      `${name}-ecr`,
      {
        ecrRepositoryPrefix: physicalName(region, prefixes["public.ecr.aws"], 30),
        upstreamRegistryUrl: "public.ecr.aws",
      },
      child,
    );
    return { "docker.io": hub.ecrRepositoryPrefix, "public.ecr.aws": ecr.ecrRepositoryPrefix };
  }
}

/** @throws Error that names every image without a digest, and how to get it */
export function checkDigests(
  digests: Readonly<Partial<Record<string, string>>>,
): Readonly<Record<ImageName, string>> {
  const unknown = Object.keys(digests).filter((name) => !(name in images));
  const wrong = names.filter((name) => !/^sha256:[0-9a-f]{64}$/.test(digests[name] ?? ""));
  if (unknown.length > 0 || wrong.length > 0) {
    const lookUp = wrong.map((name) => {
      const { upstream, repository, tag } = images[name];
      return `  ${name}: docker buildx imagetools inspect ${upstream}/${repository}:${tag}`;
    });
    throw new Error(
      [
        ...(unknown.length > 0
          ? [`recover:images names ${unknown.join(", ")}, unknown here.`]
          : []),
        ...(wrong.length > 0
          ? [
              "recover:images lacks the digest of an image, without which another image than the tested one " +
                "could start on the day. Write sha256: and 64 hex digits, the line Digest of:",
              ...lookUp,
            ]
          : []),
      ].join("\n"),
    );
  }
  return digests as Record<ImageName, string>;
}

/** @throws Error when it is in another region: that may be the one that is down */
export function checkMirror(region: AwsRegion, mirror: string): string {
  const elsewhere = /\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/.exec(mirror)?.[1];
  if (elsewhere !== undefined && elsewhere !== region.name) {
    throw new Error(
      `recover:imageOrigin.mirror is ${mirror}, in ${elsewhere}: no pod of ${region.name} starts while that ` +
        `region is down. Write a registry in ${region.name}; ECR replicates between regions.`,
    );
  }
  if (!/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._/-]*[a-z0-9])?$/.test(mirror)) {
    throw new Error(
      `recover:imageOrigin.mirror is ${JSON.stringify(mirror)}, which is no registry and path. Write for ` +
        `example 123456789012.dkr.ecr.${region.name}.amazonaws.com/mirror.`,
    );
  }
  return mirror;
}

/** @throws Error when ECR could not log in to Docker Hub by it */
export function checkSecret(region: AwsRegion, arn: string | undefined): string {
  const prefix = `arn:${region.partition}:secretsmanager:${region.name}:`;
  if (
    arn === undefined ||
    !arn.startsWith(prefix) ||
    !arn.includes(":secret:ecr-pullthroughcache/")
  ) {
    const hub = names.filter((name) => images[name].upstream === "docker.io").join(", ");
    throw new Error(
      `recover:imageOrigin.pullThrough.dockerHubSecretArn is ${arn ?? "missing"}: the images ${hub} come ` +
        `from Docker Hub, where ECR must log in. Write the ARN of a secret in ${region.name} whose name ` +
        "begins with ecr-pullthroughcache/, or set recover:imageOrigin.mirror to a registry that holds them.",
    );
  }
  return arn;
}
