import { z } from "zod";
import { eachContainer, exempt } from "../../model/pods.ts";
import { all, defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-images-pinned",
  severity: "medium",
  title: "Pods that are made again run the same software",
  remediation:
    "Name a version as the image's tag, better its digest (`@sha256:…`): after a failover other software than was tested would run.",
  covers: ["CKV_K8S_14", "CKV_K8S_43", "KYV-disallow-latest-tag", "KYV-require-image-checksum"],
  url: "https://kubernetes.io/docs/concepts/containers/images/",
  config: z.strictObject({
    ...exempt,
    digest: z
      .boolean()
      .default(false)
      .describe("Asks for a digest (CKV_K8S_43); a tag can be moved to another image"),
  }),
  check: eachContainer((container, { what, config }) => {
    const image = String(container.string("image"));
    const byDigest = image.includes("@sha256:");
    // Of one by digest that is the digest: a tag before it only tells people.
    const tag = /:([^/:]+)$/.exec(image)?.[1] ?? "latest";
    const path = `${container.path}.image`;
    return all(
      failIf(
        tag === "latest",
        `${what} runs whatever ${image} is that day: name a version in ${path}`,
      ),
      failIf(
        config.digest && !byDigest,
        `${what} names ${image} by a tag: add @sha256:… to ${path}`,
      ),
    );
  }),
});
