import { goBuild } from "../lib/go-build.mjs";
import { inSetup } from "../lib/paths.mjs";
import { versions } from "../lib/versions.mjs";

/** Where `kube-apiserver` keeps its own version, which it tells and by which features are on. */
const version = "k8s.io/component-base/version";

/**
 * For the layer `kubernetes` alone: a build of minutes that nothing else needs.
 * @type {import("../lib/piece.mjs").Piece}
 */
export const kubernetes = {
  name: "kubernetes",
  title: "Kubernetes API server",
  version: versions.kubernetes,
  revision: 1,
  optional: true,
  files: ["go.mod", "go.sum", "main.go"].map((file) => inSetup("go", "kubernetes", file)),
  megabytes: 3500,
  install: async ({ say }) => ({
    kubernetes: await goBuild({
      name: "kubernetes",
      package: ".",
      define: {
        [`${version}.gitVersion`]: `v${versions.kubernetes}`,
        [`${version}.gitMajor`]: versions.kubernetes.split(".")[0] ?? "",
        [`${version}.gitMinor`]: versions.kubernetes.split(".")[1] ?? "",
      },
      say,
    }),
  }),
};
