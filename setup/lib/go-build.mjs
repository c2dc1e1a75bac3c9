import { cpus } from "node:os";
import path from "node:path";
import { binDir, inSetup } from "./paths.mjs";
import { place } from "./place.mjs";
import { go } from "./prerequisites.mjs";
import { run } from "./run.mjs";

/**
 * Builds the program that `setup/go/NAME/go.mod` names as its tool into `.cache/bin/NAME`, or under
 * another name there. Every module is checked against that folder's go.sum; Go's own caches keep the rest.
 * @param {{ name: string, as?: string, package: string, define: Record<string, string>, say: (text: string) => void }} options
 * @returns {Promise<string>} the program
 */
export async function goBuild(options) {
  const compiler = await go(options.say);
  const folder = inSetup("go", options.name);
  const target = path.join(binDir, options.as ?? options.name);
  const environment = {
    GOTOOLCHAIN: "local",
    GOFLAGS: "-mod=readonly -buildvcs=false",
    GOWORK: "off",
    CGO_ENABLED: "0",
  };
  const variables = Object.entries(options.define).map(([name, value]) => `-X ${name}=${value}`);
  const todo =
    "the modules come from Go's module proxy (GOPROXY): see that it can be reached, and run this again";
  options.say(`getting the modules of ${options.name} and building it`);
  await place(target, (partial) =>
    run(
      [
        ...[compiler, "build", "-trimpath", "-p", String(Math.min(cpus().length, 4))],
        ...["-ldflags", ["-s", "-w", ...variables].join(" "), "-o", partial, options.package],
      ],
      {
        log: options.name,
        what: `building ${options.name}`,
        cwd: folder,
        env: environment,
        gentle: true,
        todo,
      },
    ),
  );
  return target;
}
