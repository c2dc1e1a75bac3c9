import { describe } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { clusterSuite } from "./cluster.suite.ts";

cleanUpAfterFile();
describe("two brokers, KRaft", () => {
  clusterSuite("kraft");
});
