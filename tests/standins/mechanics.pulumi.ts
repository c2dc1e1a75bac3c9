import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pickUp } from "../../operations/pick-up/pick-up.ts";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { eventsForPeople, handedOverOpenly, shownIn } from "./canaries.ts";
import { inputsThatName } from "./far.ts";
import { goneIn, StandInProject } from "./project.ts";

cleanUpAfterFile();

/**
 * What the stand-ins, and those who read what they note, must catch: programs that do what the shipped ones must not.
 * They load no class of a provider, so an update takes a moment.
 */
const program = (body: string) => `import * as pulumi from "@pulumi/pulumi";
const providerOf = (name, args) => new pulumi.ProviderResource(name, name, args);
const make = (type, name, inputs, options) => new pulumi.CustomResource(type, name, inputs, options);
export default () => {
  const aws = { provider: providerOf("aws", { region: "eu-west-1" }) };
  const cluster = { provider: providerOf("kubernetes", { clusterIdentifier: pulumi.getStack() }) };
  const object = (name, annotations = {}) => ({ metadata: { name, namespace: "acme", annotations } });
  ${body}
};
`;

const bucket = (name: string) =>
  `make("aws:s3/bucket:Bucket", "data", { bucket: "${name}" }, aws);`;
const job = (annotations: string) =>
  `make("kubernetes:batch/v1:Job", "step", object("step", ${annotations}), cluster);`;

describe("would have been seen", () => {
  let project: StandInProject;
  beforeAll(async () => {
    project = await StandInProject.create(await tempHome());
  });
  let stack: string;
  let count = 0;
  beforeEach(async () => {
    stack = `small-${++count}`;
    await project.init(stack, {}, "prod");
  });
  const write = (body: string) => project.writeWhole(program(body));

  test("one call to the lost region", async () => {
    await write('make("aws:sqs/queue:Queue", "more", {}, aws);');
    const up = await project.up(stack, { STANDIN_DEAD: "eu-west-1" });
    expect(up.exitCode).not.toBe(0);
    expect(up.text).toContain("eu-west-1 does not answer: create aws:sqs/queue:Queue more");
  });

  test("an input that the type does not have", async () => {
    await write('make("aws:sqs/queue:Queue", "more", { strange: true }, aws);');
    const preview = await project.preview(stack);
    expect(preview.exitCode).not.toBe(0);
    expect(preview.text).toContain('aws:sqs/queue:Queue has no input "strange"');
  });

  test("a change that makes anew what holds data", async () => {
    await write(bucket("acme-one"));
    expect(await project.up(stack)).toMatchObject({ exitCode: 0 });
    await write(bucket("acme-two"));
    expect(goneIn(await project.plan(stack))).toEqual([
      expect.stringMatching(/^replace .*s3\/bucket:Bucket::data$/),
    ]);
  });

  test("two things of one name", async () => {
    await write(
      `${bucket("acme-same")} make("aws:s3/bucket:Bucket", "other", { bucket: "acme-same" }, aws);`,
    );
    const up = await project.up(stack);
    expect(up.exitCode).not.toBe(0);
    expect(up.text).toContain("acme-same already exists");
  });

  test("which creation of all providers is the second, and that the third is not begun", async () => {
    await write(`
      const one = make("aws:sqs/queue:Queue", "one", {}, aws);
      const two = make("kubernetes:core/v1:ConfigMap", "two", object("two"), { ...cluster, dependsOn: one });
      make("aws:sqs/queue:Queue", "three", {}, { ...aws, dependsOn: two });`);
    const before = project.asked.length;
    const up = await project.up(stack, { STANDIN_FAIL: "#2" });
    expect(up.exitCode).not.toBe(0);
    const asked = project.asked.slice(before);
    expect(asked.filter(({ method }) => method === "create").map(({ name }) => name)).toEqual([
      "one",
      "two",
    ]);
    expect(asked.filter(({ method }) => method === "made").map(({ name }) => name)).toEqual([
      "one",
    ]);
  });

  test("an engine that was killed: an up alone is refused what was made, and makes again what has no name", async () => {
    await write(`
      make("aws:rds/instance:Instance", "data", { identifier: "acme-data", instanceClass: "db.r6g.large" }, aws);
      make("aws:ec2/vpc:Vpc", "network", {}, aws);`);
    const before = project.asked.length;
    await project.killedUp(stack, "aws:rds/instance:Instance data");
    expect(await project.run(["cancel", "--stack", stack, "--yes"])).toMatchObject({ exitCode: 0 });
    const alone = await project.up(stack);
    expect(alone.exitCode).not.toBe(0);
    expect(alone.text).toMatch(/acme-data already exists/);
    const { taken } = await pickUp(
      (args) => project.run(args),
      stack,
      () => Promise.resolve(undefined),
    );
    expect(taken).toEqual([expect.stringMatching(/::data$/)]);
    expect(await project.up(stack)).toMatchObject({ exitCode: 0 });
    expect(await project.nothingLeft(stack)).toMatchObject({ exitCode: 0 });
    const made = project.asked.slice(before).filter(({ method }) => method === "made");
    expect(made.filter(({ name }) => name === "data")).toHaveLength(1);

    await write('make("aws:ec2/vpc:Vpc", "second", {}, aws);');
    await project.killedUp(stack, "aws:ec2/vpc:Vpc second");
    await project.run(["cancel", "--stack", stack, "--yes"]);
    const { again } = await pickUp(
      (args) => project.run(args),
      stack,
      () => Promise.resolve(undefined),
    );
    expect(again).toEqual([expect.stringMatching(/::second$/)]);
    expect(await project.up(stack)).toMatchObject({ exitCode: 0 });
    const second = project.asked.filter(
      ({ method, name }) => method === "made" && name === "second",
    );
    expect(second).toHaveLength(2);
  });

  test("a Job that fails and does not ask to be made anew: every up waits for the failed one", async () => {
    await write(job("{}"));
    const unready = await project.up(stack, { STANDIN_UNREADY: "step" });
    expect(unready.exitCode).not.toBe(0);
    const { steps } = await project.plan(stack);
    const of = (name: string) => steps.find(({ urn }) => urn.endsWith(`::${name}`))?.op;
    expect(of("step")).toBe("update");
    const again = await project.up(stack);
    expect(again.exitCode).not.toBe(0);
    expect(again.text).toContain("failed to fully initialize or become live");

    await write(job('{ "pulumi.com/replaceUnready": "true" }'));
    expect(await project.up(stack)).toMatchObject({ exitCode: 0 });
    expect(await project.nothingLeft(stack)).toMatchObject({ exitCode: 0 });
  });

  test("a Job that nobody waits for", async () => {
    await write(job('{ "pulumi.com/skipAwait": "true" }'));
    expect(await project.up(stack, { STANDIN_UNREADY: "step" })).toMatchObject({ exitCode: 0 });
  });

  test("a secret in plain text or in base64: in state, outputs, events, print, environment of a Job", async () => {
    await write(`
      const { value } = make("recover:index:Key", "key", { kind: "password", value: undefined }, {});
      const open = pulumi.unsecret(value);
      const coded = open.apply((text) => Buffer.from("of " + text).toString("base64"));
      open.apply((text) => console.log("made", text));
      make("aws:sqs/queue:Queue", "leak", { policy: coded }, aws);
      const env = [{ name: "PASSWORD", value }];
      const spec = { template: { spec: { containers: [{ name: "step", env }] } } };
      make("kubernetes:batch/v1:Job", "step", { ...object("step"), spec }, cluster);
      make("kubernetes:core/v1:Secret", "right", { ...object("right"), stringData: { value } }, cluster);
      return { open, closed: value };`);
    const { env, flags } = project.eventLog();
    const before = project.asked.length;
    const up = await project.up(stack, env, ...flags);
    expect(up.exitCode, up.text).toBe(0);
    expect(handedOverOpenly(project.asked.slice(before))).toEqual([
      expect.stringMatching(/^aws:sqs\/queue:Queue leak: \w+$/),
      "kubernetes:batch/v1:Job step: canary-of-a-key",
    ]);
    const state = await project.state(stack);
    const outputs = await project.run(["stack", "output", "--stack", stack, "--json"]);
    const { closed } = JSON.parse(outputs.text) as { closed: string };
    expect(closed).toBe("[secret]");
    const places = {
      state: state.text,
      outputs: outputs.text,
      events: eventsForPeople(await project.events()),
      printed: up.text,
    };
    for (const [place, text] of Object.entries(places))
      expect(shownIn(text), place).toContain("canary-of-a-key");
    for (const text of [places.state, places.events])
      expect(shownIn(text).length).toBeGreaterThan(1);
  });

  test("an input that names the lost region", async () => {
    const policy = JSON.stringify({ Resource: "arn:aws:kms:eu-central-1:123456789012:key/1" });
    await write(
      `make("aws:sqs/queue:Queue", "far", { policy: '${policy}', name: "https://s3.eu-central-1.amazonaws.com" }, aws);`,
    );
    const before = project.asked.length;
    expect(await project.up(stack)).toMatchObject({ exitCode: 0 });
    expect([...inputsThatName(project.asked.slice(before), "eu-central-1")].sort()).toEqual([
      "aws:sqs/queue:Queue far .name",
      "aws:sqs/queue:Queue far .policy.Resource",
    ]);
    expect(inputsThatName(project.asked.slice(before), "eu-west-2")).toEqual([]);
  });
});
