import { beforeAll, describe, expect, test } from "vitest";
import { nameToAsk } from "../../operations/pick-up/arns.ts";
import { pickUp } from "../../operations/pick-up/pick-up.ts";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { StandInProject } from "./project.ts";

cleanUpAfterFile();

const database = "aws:rds/instance:Instance postgres-instance";

/** What holds data, or what alone can read it: a second one would be an empty one. */
const holdsData =
  /^(aws:(rds\/instance|s3\/bucket|msk\/cluster|kms\/key):|kubernetes:\S+ .*-members$)/;

describe("an up of prod that does not come to its end", () => {
  let project: StandInProject;
  beforeAll(async () => {
    project = await StandInProject.create(await tempHome());
    await project.init("prod");
  });

  const made = () =>
    project.asked
      .filter(({ method }) => method === "made")
      .map(({ type, name }) => `${type} ${name}`);
  const twice = () => made().filter((each, index, all) => all.indexOf(each) < index);

  test.each(["#1", "#70"])("creation %s fails: the next up goes on behind it", async (nth) => {
    const before = made().length;
    const { exitCode, text } = await project.up("prod", { STANDIN_FAIL: nth });
    expect(exitCode).not.toBe(0);
    expect(text).toContain(`the test has ${nth} fail`);
    // What was under way beside it ends; what was not begun is not.
    expect(made().length - before).toBeLessThan(Number(nth.slice(1)) + 60);
    expect(twice()).toEqual([]);
  });

  test.each(["#40", database, "kubernetes:batch/v1:Job postgres-schema-job"])(
    "the engine is killed while it waits for %s: picked up, nothing that has a name is made again",
    async (at) => {
      const held = await project.killedUp("prod", at);
      const locked = await project.up("prod");
      expect(locked.exitCode).not.toBe(0);
      expect(locked.text).toMatch(/locked/);
      expect(await project.run(["cancel", "--stack", "prod", "--yes"])).toMatchObject({
        exitCode: 0,
      });
      const { pending } = await project.state("prod");
      expect(pending.map(({ urn }) => urn.split("::").at(-1))).toContain(held.split(" ")[1]);
      const { taken, absent, again } = await pickUp(
        (args) => project.run(args),
        "prod",
        // As AWS would answer to its name: what is here was made, for all is held until it is.
        (each) => Promise.resolve(nameToAsk(each) && `arn:aws:${nameToAsk(each)?.name}`),
      );
      expect(taken.length + absent.length + again.length).toBe(pending.length);
      expect((await project.state("prod")).pending).toEqual([]);
    },
  );

  test("a Job fails: its own error is shown, and the next up makes that Job anew and nothing else", async () => {
    const job = "structure-job";
    const { exitCode, text } = await project.up("prod", { STANDIN_UNREADY: job });
    expect(exitCode).not.toBe(0);
    expect(text).toContain("the test has the pod of");
    const { steps } = await project.plan("prod");
    const anew = steps
      .filter(({ op }) => op === "replace")
      .map(({ urn }) => urn.split("::").at(-1));
    expect(anew).toEqual([job]);
  });

  test("then it ends: what has a name was made once, and nothing is left to do", async () => {
    const { exitCode, text } = await project.up("prod");
    expect(exitCode, text).toBe(0);
    expect(twice().filter((each) => holdsData.test(each))).toEqual([]);
    expect(await project.nothingLeft("prod")).toMatchObject({ exitCode: 0 });
  });
});
