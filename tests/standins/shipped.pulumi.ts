import { beforeAll, describe, expect, test } from "vitest";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { goneIn, StandInProject } from "./project.ts";

cleanUpAfterFile();

/** Of the engine's last lines, for example `Resources:\n    + 432 to create`. */
const counted = (text: string, what: string) =>
  Number(new RegExp(`Resources:[^]*?(\\d+) ${what}`).exec(text)?.[1] ?? 0);

/** A queue in a region; the shipped program goes on behind it. The class would drop what is no input. */
const queue = (region: string, inputs: string) => `
  new pulumi.CustomResource("aws:sqs/queue:Queue", "more", ${inputs}, {
    provider: new aws.Provider("more", { region: "${region}" }),
  });`;

describe("the shipped stacks of AWS on the real engine, with stand-ins for the providers", () => {
  let project: StandInProject;
  beforeAll(async () => {
    project = await StandInProject.create(await tempHome());
  });

  test("prod: a preview that makes nothing and warns of nothing, an up, and nothing left to do", async () => {
    await project.init("prod");
    const preview = await project.preview("prod");
    expect(preview).toMatchObject({ exitCode: 0 });
    expect(preview.text).not.toMatch(/warning|error/i);
    expect(counted(preview.text, "to create")).toBeGreaterThan(400);
    expect(project.asked.filter(({ method, preview: dry }) => method === "create" && !dry)).toEqual(
      [],
    );
    const up = await project.up("prod");
    expect(up).toMatchObject({ exitCode: 0 });
    expect(up.text).not.toMatch(/warning|error/i);
    expect(counted(up.text, "created")).toBe(counted(preview.text, "to create"));
    const again = await project.nothingLeft("prod");
    expect(again).toMatchObject({ exitCode: 0 });
  });

  test("prod passes the policy pack, and a bucket that nobody protects does not", async () => {
    const pack = await project.pack();
    const passed = await project.preview("prod", {}, ...pack);
    expect(passed.exitCode, passed.text).toBe(0);
    expect(passed.text).toMatch(/Policies:/);
    expect(passed.text).not.toMatch(/\[mandatory\]/);
    await project.write(`
  const provider = new aws.Provider("more", { region: "eu-west-1" });
  new aws.s3.Bucket("more", { bucket: "acme-more" }, { provider });`);
    const stopped = await project.preview("prod", {}, ...pack);
    expect(stopped.exitCode).not.toBe(0);
    expect(stopped.text).toMatch(/\[mandatory\].*dr-protected {2}\(aws:s3.*: more\)/);
    await project.write();
  });

  test("no secret is in plain text in the state, in what is printed, or in events", async () => {
    const state = await project.state("prod");
    const events = await project.preview("prod", {}, "--json");
    const given = JSON.stringify(project.asked);
    for (const canary of ["key", "token", "login", "master"]) {
      // They have been through the program: providers were handed what was made of them.
      expect(given, canary).toContain(`canary-of-a-${canary}`);
    }
    for (const text of [state.text, events.text]) {
      expect(text).not.toContain("canary-of-a-");
      for (const canary of ["canary-of-a-key", "canary-of-a-token"]) {
        for (const encoded of inBase64(canary)) expect(text).not.toContain(encoded);
      }
    }
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

  test("dr as a pilot light: no warning, no database, no broker, no node", async () => {
    await project.init("dr", { mode: "pilot-light" });
    const before = project.asked.length;
    const preview = await project.preview("dr");
    expect(preview).toMatchObject({ exitCode: 0 });
    expect(preview.text).not.toMatch(/warning|error/i);
    expect(await project.up("dr")).toMatchObject({ exitCode: 0 });
    expect(await project.nothingLeft("dr")).toMatchObject({ exitCode: 0 });
    const judged = await project.preview("dr", {}, ...(await project.pack()));
    expect(judged.exitCode, judged.text).toBe(0);
    expect(judged.text).not.toMatch(/\[mandatory\]/);
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
    const lost = { STANDIN_DEAD: "eu-central-1" };
    const database = "aws:rds/instance:Instance postgres-instance";
    const failed = await project.up("dr", { ...lost, STANDIN_FAIL: database });
    expect(failed.exitCode).not.toBe(0);
    expect(failed.text).toContain(`the test has ${database} fail`);
    expect(await project.up("dr", lost)).toMatchObject({ exitCode: 0 });
    const asked = project.asked.slice(before);
    expect(asked.filter(({ region }) => region === "eu-central-1")).toEqual([]);
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

  describe("would have been seen otherwise", () => {
    test("one call to the lost region", async () => {
      await project.write(queue("eu-central-1", "{}"));
      const up = await project.up("dr", { STANDIN_DEAD: "eu-central-1" });
      expect(up.exitCode).not.toBe(0);
      expect(up.text).toContain("eu-central-1 does not answer: create aws:sqs/queue:Queue more");
    });

    test("an input that the type does not have", async () => {
      await project.write(queue("eu-west-1", "{ strange: true }"));
      const preview = await project.preview("dr");
      expect(preview.exitCode).not.toBe(0);
      expect(preview.text).toContain('aws:sqs/queue:Queue has no input "strange"');
    });

    test("a change that makes anew what holds data", async () => {
      const bucket = (name: string) => `
  const provider = new aws.Provider("more", { region: "eu-west-1" });
  new aws.s3.Bucket("more", { bucket: "${name}" }, { provider });`;
      await project.write(bucket("acme-one"));
      expect(await project.up("dr")).toMatchObject({ exitCode: 0 });
      await project.write(bucket("acme-two"));
      const gone = goneIn(await project.plan("dr"));
      expect(gone).toContainEqual(expect.stringMatching(/^replace .*s3\/bucket:Bucket::more$/));
    });

    test("a secret that the program hands over in plain text", async () => {
      await project.write(queue("eu-west-1", '{ policy: "canary-of-a-key" }'));
      expect(await project.up("dr")).toMatchObject({ exitCode: 0 });
      const { text } = await project.state("dr");
      expect(text).toContain("canary-of-a-key");
    });
  });
});

/** The three ways in which a text can lie in a base64 text, without what its neighbours decide. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const all = Buffer.from("x".repeat(before) + text).toString("base64");
    return all.slice(before === 0 ? 0 : 4, -4);
  });
}
