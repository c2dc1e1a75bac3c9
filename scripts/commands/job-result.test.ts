import { beforeAll, expect, test } from "vitest";
import { fakeRegion, type Answers } from "../../tests/harness/aws/endpoint.ts";
import { buckets } from "../../tests/harness/aws/s3.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
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

cleanUpAfterFile();
let stored: string | undefined;
let endpoint: string;
beforeAll(async () => {
  const answers: Answers = {
    "s3 *": (request) => {
      const objects = stored === undefined ? {} : { [key]: stored };
      return buckets({ control: { account: "123456789012", objects } })(request);
    },
  };
  ({ endpoint } = await fakeRegion("eu-west-1", answers));
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
      endpoint,
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
