import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { loadTools } from "../../setup/tools.mjs";
import { testAuthority, type TestCertificate } from "../harness/certificates.ts";
import { certified, isRegion, regions, type Region } from "./regions.ts";

/** What a folder holds for those inside: the names they may ask for, and the authorities they trust. */
export const insideOf = (folder: string) => ({
  hosts: join(folder, "hosts"),
  authorities: join(folder, "certificates", "ca-certificates.crt"),
  issued: join(folder, "issued.json"),
});

/**
 * Runs a program in namespaces of its own: nothing but loopback, names of AWS that answer there, and one
 * authority that is trusted. What it calls beside that does not answer; whatever it started ends with it.
 *
 * @param folder exists, and is removed by the caller
 */
export async function runInside(
  folder: string,
  argv: readonly string[],
): Promise<{ readonly exitCode: number; readonly text: string }> {
  const { python } = loadTools();
  const { exitCode, all } = await execa(
    "unshare",
    [
      ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
      ...["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"],
      ...["--", "/bin/sh", "-ec", entry, "sh", python, folder, ...argv],
    ],
    {
      all: true,
      reject: false,
      stdin: "ignore",
      env: { NODE_NO_WARNINGS: "1", NODE_EXTRA_CA_CERTS: authoritiesInside },
    },
  );
  return { exitCode: exitCode ?? -1, text: all };
}

/** Where those inside find the authorities. */
export const authoritiesInside = "/etc/ssl/certs/ca-certificates.crt";

/** The certificate of each part of each region, and who signed them. */
export interface Issued {
  /** PEM. */
  readonly ca: string;
  readonly of: Readonly<Record<Region, Readonly<Record<keyof typeof certified, TestCertificate>>>>;
}

/** What `runInside` shows to those inside. */
export async function prepare(folder: string): Promise<void> {
  const authority = await testAuthority();
  const { hosts, authorities, issued } = insideOf(folder);
  await mkdir(join(folder, "certificates"));
  await writeFile(hosts, "127.0.0.1 localhost\n");
  await writeFile(authorities, authority.ca);
  const of: Record<string, Record<string, TestCertificate>> = {};
  for (const region of Object.keys(regions).filter(isRegion)) {
    const made: Record<string, TestCertificate> = {};
    for (const [part, names] of Object.entries(certified)) {
      made[part] = await authority.issue(part, names(region));
    }
    of[region] = made;
  }
  await writeFile(issued, JSON.stringify({ ca: authority.ca, of }), { mode: 0o600 });
}

export function issuedIn(folder: string): Issued {
  return JSON.parse(readFileSync(insideOf(folder).issued, "utf8")) as Issued;
}

// There may be no `ip`: the interface is switched on by the call that it makes (netdevice(7), SIOCSIFFLAGS).
const loopbackUp =
  "import fcntl, socket, struct; " +
  'fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x8 | 0x40))';

const entry = `
"$1" -c '${loopbackUp}'
mount --bind "$2/hosts" /etc/hosts
mount --bind "$2/certificates" /etc/ssl/certs
shift 2
exec "$@"
`;
