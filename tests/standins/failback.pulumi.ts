import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { StandInProject } from "./project.ts";

cleanUpAfterFile();

const lost = "eu-central-1";
const standby = "eu-west-1";

/** Says what was printed when it ended otherwise. */
async function fine(run: Promise<{ readonly exitCode: number; readonly text: string }>) {
  const { exitCode, text } = await run;
  expect(exitCode, text).toBe(0);
}

const databaseOf = async (project: StandInProject, stack: string) =>
  (await project.state(stack)).resources.find(({ type }) => type === "aws:rds/instance:Instance");

describe("prod is lost, dr takes over", () => {
  let home: string;
  let afterwards: StandInProject;
  beforeAll(async () => {
    home = await tempHome();
    afterwards = await StandInProject.create(await tempHome());
    await afterwards.init("prod");
    await fine(afterwards.up("prod"));
    await afterwards.init("dr");
    await fine(afterwards.up("dr", { STANDIN_DEAD: lost }));
  });

  test("the line is dr's, and prod's stack is refused by name", async () => {
    expect(afterwards.fences(`acme-recover-7f3a-${standby}-control`)).toEqual({
      "1": "prod",
      "2": "dr",
    });
    const refused = await afterwards.preview("prod");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.text).toMatch(/stack "prod" .* is fenced: epoch 2 .* held by stack "dr"/);
  });

  describe.each([
    { when: "its region returns", region: lost, stack: "prod" },
    {
      when: "its region never returns, and another one takes its part",
      region: "eu-north-1",
      stack: "north",
    },
  ])("$when", ({ region, stack }) => {
    const env = region === lost ? {} : { STANDIN_DEAD: lost };
    const control = `acme-recover-7f3a-2-${region}-control`;
    let project: StandInProject;
    beforeAll(async () => {
      project = await afterwards.copyTo(join(home, stack));
    });

    test("reprotect: the restored database is untouched, the copy is dr's own, and nothing is left to do", async () => {
      const database = await databaseOf(project, "dr");
      const before = project.asked.length;
      await project.configure("dr", { mode: "reprotect", "reprotect.region": region });
      await fine(project.up("dr", env));
      const after = await databaseOf(project, "dr");
      expect([after?.urn, after?.id]).toEqual([database?.urn, database?.id]);
      const asked = project.asked.slice(before).filter(({ preview }) => !preview);
      const gone = asked.filter(({ method }) => method === "delete");
      // What was asked for in this region and is asked for in the other one now.
      expect(
        gone
          .filter(({ type }) => !/^aws:(cloudwatch|sns|s3\/bucketObjectv2)/.test(type))
          .map(({ type, name }) => `${type} ${name}`)
          .filter(
            (each) =>
              !/^kubernetes:(batch\/v1:Job|core\/v1:Secret) (recovery-(attach|prove)|postgres-schema)-(job|input)$/.test(
                each,
              ),
          ),
      ).toEqual([]);
      expect(project.fences(control)).toEqual({ "1": "prod", "2": "dr" });
      const copied = asked.filter(
        ({ type, method }) =>
          method === "create" && type.endsWith(":InstanceAutomatedBackupsReplication"),
      );
      expect(copied.map((each) => each.region)).toEqual([region]);
      await fine(project.nothingLeft("dr", env));
      if (region !== lost) expect(asked.filter((each) => each.region === lost)).toEqual([]);
    });

    test("to go back to failover is refused: it would leave dr without a copy", async () => {
      await project.configure("dr", { mode: "failover" });
      const { exitCode, text } = await project.preview("dr", env);
      expect(exitCode).not.toBe(0);
      expect(text).toMatch(/protect/);
      await project.configure("dr", { mode: "reprotect" });
    });

    test("failback: the next epoch, a database of its own, and what was there is kept", async () => {
      const old = (await project.state("prod")).resources;
      if (stack === "prod") {
        await fine(project.run(["stack", "rename", "prod-g1", "--stack", "prod"]));
      }
      const paired = await project.pairing("dr");
      await project.init(
        stack,
        {
          region,
          standbyRegion: region,
          generation: 2,
          zones: ["a", "b", "c"].map((zone) => `${region}${zone}`),
          network: { create: { cidr: "10.22.0.0/16" } },
          imageOrigin: {
            pullThrough: {
              dockerHubSecretArn: `arn:aws:secretsmanager:${region}:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf`,
            },
          },
          ...paired,
          reprotect: { region: standby, vaultName: "acme-recover-7f3a-3" },
        },
        "dr",
      );
      const before = project.asked.length;
      const early = await project.up(stack, env);
      expect(early.exitCode).not.toBe(0);
      expect(early.text).toMatch(/epoch 2 .* held by stack "dr"/);
      await project.configure(stack, { takeoverReason: "back by plan" });
      await fine(project.up(stack, env));
      expect(project.fences(control)).toEqual({ "1": "prod", "2": "dr", "3": stack });
      const made = project.asked.slice(before).filter(({ method }) => method === "create");
      const database = made.find(({ type }) => type === "aws:rds/instance:Instance");
      expect(database?.inputs["identifier"]).toBe(`acme-${stack}-g2-postgres`);
      // The copy that dr made there, as dr named it.
      expect(database?.inputs["restoreToPointInTime"]).toMatchObject({
        sourceDbInstanceAutomatedBackupsArn: (paired["postgres"] as Record<string, unknown>)[
          "backupArn"
        ],
      });
      expect(database?.region).toBe(region);
      expect(new Set(made.map((each) => each.region))).toEqual(new Set(["", region]));
      const kept = await project.state(stack === "prod" ? "prod-g1" : "prod");
      expect(kept.resources.map(({ id }) => id)).toEqual(old.map(({ id }) => id));
    });

    test("dr is refused from then on, and the new side can be reprotected in its turn", async () => {
      const refused = await project.preview("dr", env);
      expect(refused.exitCode).not.toBe(0);
      expect(refused.text).toContain(`epoch 3 of line "main" is held by stack "${stack}"`);
      await project.configure(stack, { mode: "reprotect" });
      const { exitCode, text } = await project.preview(stack, env);
      expect(exitCode).toBe(0);
      expect(text).toMatch(/vault-copy-replication-archive create/);
    });
  });
});
