import path from "node:path";
import { aptInstall } from "../lib/apt.mjs";
import { answer, onPath, real } from "../lib/find.mjs";
import { Problem } from "../lib/problem.mjs";
import { isAtLeast, versions } from "../lib/versions.mjs";

function candidates() {
  const home = process.env["JAVA_HOME"];
  return onPath("java", ["/usr/bin"]).concat(home ? [path.join(home, "bin", "java")] : []);
}

const find = () =>
  candidates().find((candidate) =>
    isAtLeast(answer([candidate, "-version"]) ?? "", versions.javaMinimum),
  );

/** @type {import("../lib/piece.mjs").Piece} */
export const java = {
  name: "java",
  title: "Java",
  version: `at least ${versions.javaMinimum}`,
  revision: 1,
  files: [],
  seen: () => candidates().join(" "),
  megabytes: 250,
  async install({ say }) {
    let found = find();
    if (!found) {
      say("apt-get install openjdk-17-jre-headless");
      await aptInstall(["openjdk-17-jre-headless"], "Kafka and ZooKeeper run on Java");
      found = find();
    }
    if (found) return { java: real(found) };
    throw new Problem(
      `no Java ${versions.javaMinimum} or newer`,
      "the one that was installed does not answer",
      "install a Java runtime so that `java` is on PATH, and run this again",
    );
  },
};
