import { goBuild } from "../lib/go-build.mjs";
import { inSetup } from "../lib/paths.mjs";
import { versions } from "../lib/versions.mjs";

/** @type {import("../lib/piece.mjs").Piece} */
export const versitygw = {
  name: "versitygw",
  title: "S3 server (versitygw)",
  version: versions.versitygw,
  revision: 1,
  files: [inSetup("go", "versitygw", "go.mod"), inSetup("go", "versitygw", "go.sum")],
  megabytes: 900,
  install: async ({ say }) => ({
    versitygw: await goBuild({
      name: "versitygw",
      package: "github.com/versity/versitygw/cmd/versitygw",
      define: { "main.Version": `v${versions.versitygw}` },
      say,
    }),
  }),
};
