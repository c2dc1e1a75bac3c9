// Gets what a fresh machine lacks: node setup/index.mjs [--only PIECES] [--with PIECES] [--list] [--quiet] [--help]
// Plain JavaScript without packages, for Node 18.15 or newer: it runs before there are any.
import { Problem } from "./lib/problem.mjs";
import { completeStamp } from "./lib/piece.mjs";
import { logDir, root } from "./lib/paths.mjs";
import { setUp } from "./lib/setup.mjs";
import { isAtLeast, versions } from "./lib/versions.mjs";
import { pieces } from "./pieces/index.mjs";

const optional = pieces.filter((piece) => piece.optional);

const help = `Usage: node setup/index.mjs [--only PIECES] [--with PIECES] [--list] [--quiet] [--help]

Installs what the project needs into .cache/ (and missing Debian packages, where that can be done
without a password). What is there already is kept; an interrupted set-up goes on where it was.

  --only PIECE,PIECE   only these
  --with PIECE,PIECE   these too, beside what is always installed
  --list               the pieces, their versions, and whether they are there
  --quiet              says nothing when everything is there
  --help               this text

Pieces: ${pieces.map((piece) => piece.name).join(", ")}
Only when named: ${optional.map((piece) => `${piece.name} (${piece.title})`).join(", ")}
Exit codes: 0 everything is there, 1 something could not be had, 2 wrong arguments.
`;

/**
 * @param {string[]} args
 * @returns {{ help?: boolean, list?: boolean, quiet?: boolean, only?: string[], with?: string[] }}
 */
function parseArguments(args) {
  const rest = [...args];
  /** @type {{ help?: boolean, list?: boolean, quiet?: boolean, only?: string[], with?: string[] }} */
  const parsed = {};
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [flag, value] = word.split("=", 2);
    if (flag === "--help" || flag === "-h") parsed.help = true;
    else if (flag === "--list") parsed.list = true;
    else if (flag === "--quiet") parsed.quiet = true;
    else if (flag === "--only" || flag === "--with") {
      parsed[flag === "--only" ? "only" : "with"] = (value ?? rest.shift() ?? "").split(",");
    } else throw new Error(`unknown argument ${word}`);
  }
  for (const flag of /** @type {const} */ (["only", "with"])) {
    const unknown = parsed[flag]?.filter((name) => !pieces.some((piece) => piece.name === name));
    if (unknown?.length) {
      throw new Error(
        `--${flag}: no piece is called "${unknown.join(", ")}"; there are ${pieces.map((piece) => piece.name).join(", ")}`,
      );
    }
  }
  return parsed;
}

/** @param {string[]} args */
async function main(args) {
  const parsed = parseArguments(args);
  if (parsed.help) {
    process.stdout.write(help);
  } else if (parsed.list) {
    for (const piece of pieces) {
      const state = completeStamp(piece) ? "there" : piece.optional ? "optional" : "missing";
      process.stdout.write(`${piece.name.padEnd(12)}${state.padEnd(9)}${piece.version}\n`);
    }
  } else {
    if (!isAtLeast(process.version, versions.setupNode)) {
      throw new Problem(
        `Node ${process.version} is too old`,
        `set-up needs ${versions.setupNode} or newer`,
        "install a newer Node, and run this again",
      );
    }
    if (process.platform !== "linux") {
      throw new Problem(
        `${process.platform} is not supported`,
        "the engines of the local platform are had for Linux only",
        "use a Linux machine, a virtual one, or a container",
      );
    }
    const wanted = pieces.filter(
      (piece) =>
        (parsed.only?.includes(piece.name) ?? !piece.optional) || parsed.with?.includes(piece.name),
    );
    await setUp(pieces, { wanted, quiet: parsed.quiet ?? false });
  }
}

for (const [signal, code] of /** @type {const} */ ([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])) {
  process.once(signal, () => process.exit(code));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  const wrongArguments = /^(unknown argument|--only|--with)/.test(text);
  process.stderr.write(`\nset-up: ${text}\n`);
  if (wrongArguments) process.stderr.write("do: node setup/index.mjs --help\n");
  else if (!(error instanceof Problem)) {
    process.stderr.write(`  do:  look into ${logDir}; the project is at ${root}\n`);
  }
  process.exitCode = wrongArguments ? 2 : 1;
}
