import { beforeAll, describe, expect, test } from "vitest";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { canary, eventsForPeople, handedOverOpenly, shownIn } from "./canaries.ts";
import { inputsThatName } from "./far.ts";
import { goneIn, StandInProject, type Ended } from "./project.ts";

cleanUpAfterFile();

/** Of the engine's last lines, for example `Resources:\n    + 432 to create`. */
const counted = (text: string, what: string) =>
  Number(new RegExp(`Resources:[^]*?(\\d+) ${what}`).exec(text)?.[1] ?? 0);

describe("the shipped stacks of AWS on the real engine, with stand-ins for the providers", () => {
  const lost = { STANDIN_DEAD: "eu-central-1" };
  let project: StandInProject;
  let pack: string[];
  beforeAll(async () => {
    project = await StandInProject.create(await tempHome());
  });

  /** The policy pack has judged it, and found nothing that must not be. */
  const passes = ({ exitCode, text }: Ended) => {
    expect(exitCode, text).toBe(0);
    expect(text).toMatch(/Policies:/);
    expect(text).not.toMatch(/\[mandatory\]/);
  };

  test("prod passes the policy pack before it was ever up, and a bucket that nobody protects does not", async () => {
    await project.init("prod");
    pack = await project.pack();
    passes(await project.preview("prod", {}, ...pack));
    await project.write(`
  const provider = new aws.Provider("more", { region: "eu-west-1" });
  new aws.s3.Bucket("more", { bucket: "acme-more" }, { provider });`);
    const stopped = await project.preview("prod", {}, ...pack);
    expect(stopped.exitCode).not.toBe(0);
    expect(stopped.text).toMatch(/\[mandatory\].*dr-protected {2}\(aws:s3.*: more\)/);
    await project.write();
  });

  test("prod: a preview that makes nothing and warns of nothing, an up, and nothing left to do", async () => {
    const preview = await project.preview("prod");
    expect(preview).toMatchObject({ exitCode: 0 });
    expect(preview.text).not.toMatch(/warning|error/i);
    expect(counted(preview.text, "to create")).toBeGreaterThan(400);
    expect(project.asked.filter(({ method, preview: dry }) => method === "create" && !dry)).toEqual(
      [],
    );
    const { env, flags } = project.eventLog();
    const up = await project.up("prod", env, ...flags);
    expect(up).toMatchObject({ exitCode: 0 });
    expect(up.text).not.toMatch(/warning|error/i);
    expect(counted(up.text, "created")).toBe(counted(preview.text, "to create"));
    expect(shownIn(up.text), "printed").toEqual([]);
    passes(await project.nothingLeft("prod", {}, ...pack));
  });

  test("no secret is in plain text in the state, in outputs, in what is printed, or in events", async () => {
    const given = JSON.stringify(project.asked);
    for (const secret of ["key", "private-key", "token", "login", "master"]) {
      // They have been through the program: providers were handed what was made of them.
      expect(given, secret).toContain(`${canary}${secret}`);
    }
    const places = {
      state: (await project.state("prod")).text,
      outputs: (await project.run(["stack", "output", "--stack", "prod", "--json"])).text,
      plan: (await project.preview("prod", {}, "--json")).text,
      events: eventsForPeople(await project.events()),
    };
    for (const [place, text] of Object.entries(places)) expect(shownIn(text), place).toEqual([]);
    // Environment of Jobs, Deployments and CronJobs, the connector's configuration: whoever may look at them sees it.
    expect(handedOverOpenly(project.asked)).toEqual([]);
  });

  test("a larger database and larger brokers are changes in place", async () => {
    await project.configure("prod", {
      "postgres.instanceClass": "db.r6g.xlarge",
      "kafka.instanceType": "kafka.m7g.xlarge",
    });
    const plan = await project.plan("prod");
    const updated = plan.steps.filter(({ op }) => op === "update").map(({ urn }) => urn);
    expect(updated).toContainEqual(expect.stringMatching(/::postgres-instance$/));
    expect(updated).toContainEqual(expect.stringMatching(/::kafka-cluster$/));
    expect(goneIn(plan)).toEqual([]);
  });

  test("dr, as it is shipped, passes the policy pack before it was ever up", async () => {
    await project.init("dr");
    passes(await project.preview("dr", lost, ...pack));
  });

  test("dr as a pilot light: no warning, no database, no broker, no node", async () => {
    await project.configure("dr", { mode: "pilot-light" });
    const before = project.asked.length;
    const preview = await project.preview("dr");
    expect(preview).toMatchObject({ exitCode: 0 });
    expect(preview.text).not.toMatch(/warning|error/i);
    expect(await project.up("dr")).toMatchObject({ exitCode: 0 });
    passes(await project.nothingLeft("dr", {}, ...pack));
    const made = project.asked.slice(before).filter(({ method }) => method === "create");
    expect(made.filter(({ type }) => /^aws:(rds.instance|msk.cluster):/.test(type))).toEqual([]);
    const groups = made.filter(({ type }) => type === "aws:eks/nodeGroup:NodeGroup");
    expect(groups.length).toBeGreaterThan(0);
    for (const { inputs } of groups) {
      expect(inputs).toMatchObject({ scalingConfig: { desiredSize: 0 } });
    }
  });

  test("a vault that is not there is one refusal, before anything is planned", async () => {
    await project.configure("dr", { vaultName: "acme-nothing" });
    const { exitCode, text } = await project.preview("dr");
    await project.configure("dr", { vaultName: "acme-recover-7f3a" });
    expect(exitCode).not.toBe(0);
    // In the progress and among the diagnostics; the other buckets are not asked for any more.
    const refused = text.match(/the vault's \w+ bucket "acme-nothing-[^"]+" cannot be used/g);
    expect(new Set(refused).size, text).toBe(1);
    expect(text).not.toMatch(/serializing|\.ts:\d/);
    expect(text).not.toMatch(/ delete/);
  });

  test("dr takes over while the lost region answers nothing, and an up that failed goes on", async () => {
    await project.configure("dr", { mode: "failover" });
    const before = project.asked.length;
    const database = "aws:rds/instance:Instance postgres-instance";
    const failed = await project.up("dr", { ...lost, STANDIN_FAIL: database });
    expect(failed.exitCode).not.toBe(0);
    expect(failed.text).toContain(`the test has ${database} fail`);
    expect(await project.up("dr", lost)).toMatchObject({ exitCode: 0 });
    const asked = project.asked.slice(before);
    expect(asked.filter(({ region }) => region === "eu-central-1")).toEqual([]);
    // No ARN there, no name of AWS's there: whatever is made of it would be asked for there one day.
    expect(inputsThatName(asked, "eu-central-1")).toEqual([]);
    const made = asked.filter(({ method, preview }) => method === "create" && !preview);
    const places = made.map(({ type, name }) => `${type} ${name}`);
    expect(places).toContain("aws:msk/cluster:Cluster kafka-cluster");
    expect(places.filter((place, index) => places.indexOf(place) < index)).toEqual([database]);
    // The pilot light has them: neither answers for sure on the day.
    expect(places.filter((place) => /^aws:(iam|route53)\//.test(place))).toEqual([]);
    // What the restored database has is adopted.
    expect(places.filter((place) => /^postgresql:.*(Role|Database) /.test(place))).toEqual([]);
    expect(await project.nothingLeft("dr")).toMatchObject({ exitCode: 0 });
  });
});
