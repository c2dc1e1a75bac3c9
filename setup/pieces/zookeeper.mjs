import { getJars, pomOf, sumsOf } from "../lib/jars.mjs";
import { versions } from "../lib/versions.mjs";

/** @type {import("../lib/piece.mjs").Piece} */
export const zookeeper = {
  name: "zookeeper",
  title: "ZooKeeper",
  version: versions.zookeeper,
  revision: 1,
  files: [pomOf("zookeeper"), sumsOf("zookeeper")],
  megabytes: 80,
  install: async ({ say }) => ({ zookeeperLibs: await getJars("zookeeper", say) }),
};
