import { barman } from "./barman.mjs";
import { clickhouse } from "./clickhouse.mjs";
import { java } from "./java.mjs";
import { kafka } from "./kafka.mjs";
import { kubernetes } from "./kubernetes.mjs";
import { node } from "./node.mjs";
import { npm } from "./npm.mjs";
import { postgres } from "./postgres.mjs";
import { pulumi } from "./pulumi.mjs";
import { versitygw } from "./versitygw.mjs";
import { zookeeper } from "./zookeeper.mjs";

/**
 * In the order of installation: what is quick and what others need first, the long builds last.
 * @type {import("../lib/piece.mjs").Piece[]}
 */
export const pieces = [
  npm,
  node,
  clickhouse,
  postgres,
  barman,
  java,
  kafka,
  zookeeper,
  versitygw,
  pulumi,
  kubernetes,
];
