import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError, type Context } from "../command.ts";
import { connectionSchema } from "../connection.ts";
import command from "./job-result.ts";

const key = "main/steps/r1/fence-r1-0123456789ab.json";
const record = {
  job: "fence-r1-0123456789ab",
  uid: "uid-1",
  command: "fence",
  startedAt: "2026-01-01T00:00:00Z",
  finishedAt: "2026-01-01T00:00:01Z",
  result: { epoch: 2 },
};

let server: Server;
let stored: string | undefined;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (stored === undefined || request.url?.startsWith(`/control/${key}`) !== true) {
      response.writeHead(404, { "content-type": "application/xml" });
      response.end("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>");
    } else {
      response.end(stored);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function read(uid = "uid-1") {
  const connection = connectionSchema.parse({
    platform: "aws",
    stack: "dr",
    role: "standby",
    region: "eu-west-1",
    owner: "o",
    epoch: 2,
    control: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: "eu-west-1",
      accessKeyId: "a",
      secretAccessKey: "s",
      bucket: "control",
    },
  });
  return command.run(connection, { key, uid }, {} as Context);
}

test("a Job's own result is read, with its times", async () => {
  stored = JSON.stringify(record);
  expect(await read()).toEqual({
    result: { epoch: 2 },
    startedAt: "2026-01-01T00:00:00Z",
    finishedAt: "2026-01-01T00:00:01Z",
  });
});

test.each<[string, string | undefined, string, RegExp]>([
  ["an earlier Job of the same name", JSON.stringify(record), "uid-2", /but of uid-1\./],
  ["something else", JSON.stringify({ result: 1 }), "uid-1", /but something else/],
  ["what is no JSON", "<html>", "uid-1", /but something else/],
  ["nothing", undefined, "uid-1", /has stored no result at control\/main/],
])("of %s it is refused", async (_what, object, uid, message) => {
  stored = object;
  await expect(read(uid)).rejects.toThrow(message);
  await expect(read(uid)).rejects.toBeInstanceOf(UserError);
});
