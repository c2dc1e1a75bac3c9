import { describe } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { clusterSuite } from "./cluster.suite.ts";

cleanUpAfterFile();
describe("two brokers on an ensemble of three", () => {
  clusterSuite("zookeeper");
});
