import { readdirSync, rmSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { inCache, inSetup } from "../lib/paths.mjs";
import { place } from "../lib/place.mjs";
import { python } from "../lib/prerequisites.mjs";
import { run } from "../lib/run.mjs";
import { here, writeScript } from "../lib/scripts.mjs";
import { versions } from "../lib/versions.mjs";

const lock = inSetup("python", "barman.txt");

/** barman-cloud's commands and their modules in barman.clients. */
const commands = {
  "barman-cloud-backup": "cloud_backup",
  "barman-cloud-backup-delete": "cloud_backup_delete",
  "barman-cloud-backup-keep": "cloud_backup_keep",
  "barman-cloud-backup-list": "cloud_backup_list",
  "barman-cloud-backup-show": "cloud_backup_show",
  "barman-cloud-check-wal-archive": "cloud_check_wal_archive",
  "barman-cloud-restore": "cloud_restore",
  "barman-cloud-wal-archive": "cloud_walarchive",
  "barman-cloud-wal-restore": "cloud_walrestore",
};

/** The services of which barman-cloud speaks; listing the other 400 costs each start 60 ms. */
const services = new Set(["s3", "sts", "sso", "sso-oidc", "signin"]);

/** @param {string} libraries */
function keepOnlyUsedServices(libraries) {
  const data = path.join(libraries, "botocore", "data");
  if (!existsSync(data)) return;
  for (const entry of readdirSync(data, { withFileTypes: true })) {
    if (entry.isDirectory() && !services.has(entry.name)) {
      rmSync(path.join(data, entry.name), { recursive: true });
    }
  }
}

/**
 * PostgreSQL starts one for each WAL segment: Python without site and user settings, without the
 * garbage collector in the two commands that end at once.
 * @param {string} interpreter
 * @param {string} name
 * @param {string} module
 */
function wrapper(interpreter, name, module) {
  const short = name.includes("-wal-") && !name.includes("check");
  return `#!/bin/sh
# barman ${versions.barman}'s ${name}
${here}
exec ${interpreter} -I -S -c 'import sys
${short ? "import gc; gc.disable()\n" : ""}sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "${name}"
from barman.clients.${module} import main
sys.exit(main())' "$here/../lib" "$@"
`;
}

/** @type {import("../lib/piece.mjs").Piece} */
export const barman = {
  name: "barman",
  title: "PostgreSQL's archiver (barman-cloud)",
  version: versions.barman,
  revision: 1,
  files: [lock],
  megabytes: 150,
  async install({ say }) {
    const interpreter = await python();
    const target = inCache("barman");
    say("getting it with pip");
    await place(target, async (partial) => {
      const libraries = path.join(partial, "lib");
      mkdirSync(libraries, { recursive: true });
      await run(
        [
          ...[interpreter, "-m", "pip", "install", "--quiet", "--no-input"],
          ...["--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"],
          ...["--target", libraries, "-r", lock],
        ],
        {
          log: "barman",
          what: "getting barman-cloud",
          env: { PIP_ROOT_USER_ACTION: "ignore", PIP_DISABLE_PIP_VERSION_CHECK: "1" },
          todo: "see that PyPI can be reached by pip (a mirror goes into pip.conf), and run this again",
        },
      );
      keepOnlyUsedServices(libraries);
      say("compiling it");
      await run(
        [
          ...[interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"],
          ...["-s", libraries, "-p", "barman", libraries],
        ],
        { log: "barman", what: "compiling barman-cloud" },
      );
      for (const [name, module] of Object.entries(commands)) {
        writeScript(path.join(partial, "bin", name), wrapper(interpreter, name, module));
      }
    });
    return { barmanBin: path.join(target, "bin"), python: interpreter };
  },
};
