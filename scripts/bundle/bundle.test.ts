import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { execa } from "execa";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unpack } from "../../components/job/bootstrap/tar.ts";
import { projectRoot } from "../cli/pulumi.ts";
import { makeBundle, type Bundle } from "./bundle.ts";
import { tar } from "./tar.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "recover-bundle-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the bundle", () => {
  let first: Bundle;
  beforeAll(() => {
    first = makeBundle(projectRoot, join(folder, "first"));
  });

  test("is the same file, byte by byte, from another path and at another time", () => {
    const link = join(folder, "project");
    symlinkSync(projectRoot, link);
    const second = makeBundle(link, join(folder, "second"));
    expect(second.sha256).toBe(first.sha256);
    expect(readFileSync(second.file).equals(readFileSync(first.file))).toBe(true);
  });

  test("of an earlier run is kept as it is, unless it is damaged", () => {
    const kept = statSync(first.file).ino;
    expect(makeBundle(projectRoot, join(folder, "first"))).toEqual(first);
    expect(statSync(first.file).ino).toBe(kept);
    const whole = readFileSync(first.file);
    writeFileSync(first.file, whole.subarray(0, 1000));
    expect(makeBundle(projectRoot, join(folder, "first"))).toEqual(first);
    expect(readFileSync(first.file).equals(whole)).toBe(true);
  });

  test("runs in an empty folder, with nothing but Node", async () => {
    const empty = join(folder, "empty");
    unpack(gunzipSync(readFileSync(first.file)), empty);
    const help = (...argv: string[]) =>
      execa(process.execPath, ["scripts/cli.ts", ...argv], {
        cwd: empty,
        env: { PATH: "", NODE_NO_WARNINGS: "1" },
        extendEnv: false,
        reject: false,
      });
    const all = await help("--help");
    expect(all).toMatchObject({ exitCode: 0, stderr: "" });
    expect(all.stdout).toContain("zookeeper-snapshot");
    expect(all.stdout).not.toContain("bundle");
    expect(await help("backup", "--help")).toMatchObject({ exitCode: 0, stderr: "" });
  }, 60_000);

  test("holds what commands need, and no test, type or tool of the checkout", () => {
    const archive = gunzipSync(readFileSync(first.file));
    const paths: string[] = [];
    for (let at = 0; archive[at] !== 0;) {
      const text = (from: number, length: number) =>
        archive.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
      const prefix = text(345, 155);
      paths.push((prefix === "" ? "" : `${prefix}/`) + text(0, 100));
      at += 512 + Math.ceil(Number.parseInt(text(124, 12), 8) / 512) * 512;
    }
    const tops = new Set(paths.map((path) => path.split("/")[0]));
    expect([...tops].sort()).toEqual([
      "engines",
      "lib",
      "node_modules",
      "package.json",
      "scripts",
      "setup",
    ]);
    expect(paths.filter((path) => /^(scripts|engines)\/.*\.(test|engine)\.ts$/.test(path))).toEqual(
      [],
    );
    expect(paths.filter((path) => /@pulumi|vitest|\.d\.ts$/.test(path))).toEqual([]);
    expect(first.bytes).toBeLessThan(8 << 20);
  });
});

describe("the archive", () => {
  const segment = fc.stringMatching(/^[a-z0-9_.-]{1,40}$/).filter((one) => !/^\.+$/.test(one));
  const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
  const file = fc.record({ path, content: fc.uint8Array({ maxLength: 1500 }) });

  test("does not depend on the order of its files, and gives back what went in", () => {
    const several = fc.uniqueArray(file, { minLength: 1, maxLength: 6, selector: (f) => f.path });
    fc.assert(
      fc.property(several, (files) => {
        // A name that is a folder of another is no file there.
        fc.pre(!files.some((a) => files.some((b) => b.path.startsWith(`${a.path}/`))));
        const archive = tar(files);
        expect(tar(files.toReversed()).equals(archive)).toBe(true);
        const place = mkdtempSync(join(folder, "x-"));
        expect(unpack(archive, place)).toBe(files.length);
        for (const each of files) {
          expect(readFileSync(join(place, each.path)).equals(each.content)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("is what tar(1) reads", async () => {
    const long = `${"folder/".repeat(20)}name.txt`;
    const archive = tar([{ path: long, content: Buffer.from("content") }]);
    const { stdout } = await execa("tar", ["-tvf", "-"], { input: archive });
    expect(stdout).toMatch(/^-rw-r--r-- 0\/0 +7 1970-01-01 .*name\.txt$/);
    expect(stdout).toContain(long);
  });

  test.each([
    ["../evil", /outside of its folder/],
    ["/etc/evil", /outside of its folder/],
    ["a/../../evil", /outside of its folder/],
  ])("never writes %s", (evil, message) => {
    const archive = tar([{ path: evil, content: Buffer.from("x") }]);
    expect(() => unpack(archive, join(folder, "out"))).toThrow(message);
  });

  test("that was cut short, or holds a link, is refused", () => {
    const archive = tar([{ path: "a", content: Buffer.alloc(2000) }]);
    expect(() => unpack(archive.subarray(0, 1024), join(folder, "out"))).toThrow(/ends within a/);
    expect(() => unpack(archive.subarray(0, 512 + 2048), join(folder, "out"))).toThrow(/no end/);
    archive.write("2", 156);
    expect(() => unpack(archive, join(folder, "out"))).toThrow(/which is no file/);
  });

  test("has no room for a path that is too long", () => {
    expect(() => tar([{ path: "n".repeat(101), content: Buffer.alloc(0) }])).toThrow(/too long/);
  });
});
