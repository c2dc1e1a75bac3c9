import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkPlugin } from "./plugin.ts";

const folder = mkdtempSync(join(tmpdir(), "recover-plugin-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const file = (name: string): string => {
  const path = join(folder, name);
  // More than one piece of the reader's.
  writeFileSync(path, Buffer.alloc((1 << 20) + 7, name));
  return path;
};
const sum = (name: string): string =>
  createHash("sha256")
    .update(Buffer.alloc((1 << 20) + 7, name))
    .digest("hex");

test("the pinned file is taken, as what it is", () => {
  expect(checkPlugin({ path: file("a.zip"), sha256: sum("a.zip") })).toEqual({
    contentType: "ZIP",
  });
  expect(checkPlugin({ path: file("b.JAR"), sha256: sum("b.JAR") })).toEqual({
    contentType: "JAR",
  });
});

test("another file is refused with both sums", () => {
  const path = file("a.zip");
  expect(() => checkPlugin({ path, sha256: sum("b.JAR") })).toThrow(
    new RegExp(`${sum("a.zip")}.*archive\\.plugin\\.sha256 is ${sum("b.JAR")}.*another file`),
  );
});

test("an absent file, or a folder of that name, says where to get it", () => {
  mkdirSync(join(folder, "folder.zip"));
  for (const name of ["none.zip", "folder.zip"]) {
    expect(() => checkPlugin({ path: join(folder, name), sha256: sum("a.zip") })).toThrow(
      new RegExp(`names .*${name}, and there is no such file.*stream-reactor/releases`),
    );
  }
});

test("a sum that is none, and a file that MSK Connect would not take", () => {
  const path = file("a.zip");
  for (const sha256 of ["", "abc", sum("a.zip").toUpperCase()]) {
    expect(() => checkPlugin({ path, sha256 })).toThrow(/is no SHA-256.*sha256sum/);
  }
  expect(() => checkPlugin({ path: "plugin.tar.gz", sha256: sum("a.zip") })).toThrow(
    /takes a \.zip or a \.jar/,
  );
});
