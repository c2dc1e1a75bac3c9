import { expect, it } from "vitest";
import type { S3Access } from "../s3-access.ts";
import { s3Login, s3Table } from "./s3-login.ts";

const keys: S3Access = {
  endpoint: "http://127.0.0.1:1",
  region: "east",
  accessKeyId: "id",
  secretAccessKey: "se'c\\ret",
};
const url = "http://127.0.0.1:1/archive/x";

it("hands ClickHouse the keys, with the token of those that have one", () => {
  expect(s3Table(keys, url, "v String", "zstd")).toBe(
    `s3('${url}', 'id', 'se\\'c\\\\ret', 'JSONEachRow', 'v String', 'zstd')`,
  );
  expect(s3Table({ ...keys, sessionToken: "tok" }, url, "v String", "zstd")).toBe(
    `s3('${url}', 'id', 'se\\'c\\\\ret', 'tok', 'JSONEachRow', 'v String', 'zstd')`,
  );
  expect(s3Login({ ...keys, sessionToken: "tok" })).toEqual({
    sql: "{key: String}, {secret: String}, {token: String}, ",
    params: { key: "id", secret: "se'c\\ret", token: "tok" },
  });
  expect(s3Login(keys)).toEqual({
    sql: "{key: String}, {secret: String}, ",
    params: { key: "id", secret: "se'c\\ret" },
  });
});

it("names no login where ClickHouse has its own", () => {
  const own: S3Access = { credentials: "ambient", region: "east" };
  expect(s3Login(own)).toEqual({ sql: "", params: {} });
  expect(s3Table(own, url, "v String", "zstd")).toBe(
    `s3('${url}', 'JSONEachRow', 'v String', 'zstd')`,
  );
});
