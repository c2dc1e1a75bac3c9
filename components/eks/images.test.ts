import { describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { valueOf } from "../../tests/components/outputs.ts";
import { operatorVersion } from "../clickhouse/operator-version.ts";
import {
  AwsImages,
  checkDigests,
  checkMirror,
  checkSecret,
  imageAddress,
  images,
  type ImageName,
  type ImageOrigin,
} from "./images.ts";

/* What these tests do not prove: that the registries hold these images, and that ECR fills its cache. */

const names = Object.keys(images) as ImageName[];
const digest = (index: number) => `sha256:${String(index).repeat(64)}`;
const digests = Object.fromEntries(names.map((name, index) => [name, digest(index)]));
const secret = `arn:aws:secretsmanager:eu-central-1:${account}:secret:ecr-pullthroughcache/hub-AbCdEf`;
const rule = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule";

async function record(origin: ImageOrigin, dryRun = false) {
  const found: Partial<Record<ImageName, string>> = {};
  let caches: string[] = [];
  const made = await recordAws(
    async () => {
      const all = new AwsImages("images", { region: regionOf(), origin, digests });
      for (const name of names) {
        found[name] = await valueOf(all.source(name));
      }
      caches = await Promise.all(all.caches.map(valueOf));
    },
    { dryRun },
  );
  return { made, found, caches };
}

describe.each([true, false])("a cache that fills itself (dry run %s)", (dryRun) => {
  test("one rule for each registry, by the region's provider", async () => {
    const { made } = await record({ pullThrough: { dockerHubSecretArn: secret } }, dryRun);
    expect(only(made, rule, "images-hub")).toMatchObject({
      parent: "images",
      provider: "aws-eu-central-1",
      inputs: {
        ecrRepositoryPrefix: "acme-prod-g1-hub",
        upstreamRegistryUrl: "registry-1.docker.io",
        credentialArn: secret,
      },
    });
    expect(only(made, rule, "images-ecr")).toMatchObject({
      parent: "images",
      provider: "aws-eu-central-1",
      inputs: { ecrRepositoryPrefix: "acme-prod-g1-ecr", upstreamRegistryUrl: "public.ecr.aws" },
    });
  });

  test("every image is in the stack's own region, by digest, with no tag", async () => {
    const { found } = await record({ pullThrough: { dockerHubSecretArn: secret } }, dryRun);
    const registry = `${account}.dkr.ecr.eu-central-1.amazonaws.com`;
    expect(found).toEqual({
      clickhouse: `${registry}/acme-prod-g1-hub/clickhouse/clickhouse-server@${digest(0)}`,
      zookeeper: `${registry}/acme-prod-g1-ecr/docker/library/zookeeper@${digest(1)}`,
      node: `${registry}/acme-prod-g1-ecr/docker/library/node@${digest(2)}`,
      operator: `${registry}/acme-prod-g1-hub/altinity/clickhouse-operator@${digest(3)}`,
      operatorMetrics: `${registry}/acme-prod-g1-hub/altinity/metrics-exporter@${digest(4)}`,
    });
  });

  test("nodes are told which repositories a first pull makes", async () => {
    const { caches } = await record({ pullThrough: { dockerHubSecretArn: secret } }, dryRun);
    const repository = `arn:aws:ecr:eu-central-1:${account}:repository`;
    expect(caches.sort()).toEqual([
      `${repository}/acme-prod-g1-ecr/*`,
      `${repository}/acme-prod-g1-hub/*`,
    ]);
  });
});

test("a mirror: nothing is made, every image comes from there by digest", async () => {
  const { made, found, caches } = await record({ mirror: "registry.test:5000/mirror" });
  expect(made.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
  expect(caches).toEqual([]);
  expect(found.zookeeper).toBe(`registry.test:5000/mirror/docker/library/zookeeper@${digest(1)}`);
});

test("the operator and its exporter are of the version that the definitions are of", () => {
  expect([images.operator.tag, images.operatorMetrics.tag]).toEqual([
    operatorVersion,
    operatorVersion,
  ]);
});

describe("bad input", () => {
  test("every missing digest is named, with how to get it", () => {
    const { zookeeper: _, ...others } = digests;
    expect(() => checkDigests({ ...others, node: "22" })).toThrow(
      /zookeeper: docker buildx imagetools inspect public\.ecr\.aws\/docker\/library\/zookeeper:3\.9\.4\n {2}node: /,
    );
  });

  test.each([
    ["in upper case", { clickhouse: `sha256:${"A".repeat(64)}` }],
    ["too short", { clickhouse: `sha256:${"a".repeat(63)}` }],
    ["of another kind", { clickhouse: `sha512:${"a".repeat(64)}` }],
  ])("a digest %s is refused", (_, wrong) => {
    expect(() => checkDigests({ ...digests, ...wrong })).toThrow("lacks the digest");
  });

  test("an image that there is not is refused", () => {
    expect(() => checkDigests({ ...digests, kafka: digest(1) })).toThrow(
      "recover:images names kafka, unknown here",
    );
  });

  test("a mirror in another region is refused, one without a region is not", async () => {
    await recordAws(() => {
      const region = regionOf("eu-west-1", "dr");
      expect(() => checkMirror(region, `${account}.dkr.ecr.eu-central-1.amazonaws.com/m`)).toThrow(
        "in eu-central-1: no pod of eu-west-1 starts",
      );
      expect(checkMirror(region, "mirror.test/all")).toBe("mirror.test/all");
      for (const bad of ["", "https://mirror.test", "mirror.test/"]) {
        expect(() => checkMirror(region, bad)).toThrow("recover:imageOrigin.mirror");
      }
    });
  });

  test.each([
    undefined,
    `arn:aws:secretsmanager:eu-west-1:${account}:secret:ecr-pullthroughcache/hub-AbCdEf`,
    `arn:aws:secretsmanager:eu-central-1:${account}:secret:hub-AbCdEf`,
  ])("a login to Docker Hub by %s is refused", async (arn) => {
    await recordAws(() => {
      expect(() => checkSecret(regionOf(), arn)).toThrow(
        "the images clickhouse, operator, operatorMetrics come from Docker Hub",
      );
    });
  });

  test("stops the program before anything is made", async () => {
    const made = await recordAws(() => {
      const region = regionOf();
      const origin = { pullThrough: { dockerHubSecretArn: secret } };
      expect(() => new AwsImages("images", { region, origin, digests: {} })).toThrow(
        "recover:images",
      );
      expect(
        () =>
          new AwsImages("none", {
            region,
            origin: { pullThrough: { dockerHubSecretArn: undefined } },
            digests,
          }),
      ).toThrow("recover:imageOrigin");
      expect(
        () => new AwsImages("far", { region, origin: { mirror: "no registry" }, digests }),
      ).toThrow("recover:imageOrigin");
    });
    expect(made.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
  });
});

test.each([{ pullThrough: { dockerHubSecretArn: secret } }, { mirror: "example.org/mirror" }])(
  "an address that is known at once is the one that the component gives (%j)",
  async (origin) => {
    const { found } = await record(origin);
    const at: Partial<Record<ImageName, string>> = {};
    await recordAws(() => {
      const args = { region: regionOf(), origin, digests };
      for (const name of names) at[name] = imageAddress(args, account, name);
    });
    expect(at).toEqual(found);
  },
);
