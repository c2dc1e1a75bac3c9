// node bench/preview.ts [ROUNDS]: what a preview of prod costs beside one of an empty program with as many bare
// resources, what the policy pack adds to it, and what a pack without a rule adds: the engine starts a process for either.
// On the real engine, providers stood in for (tests/standins/), first preview of a stack that was never up. Rounds of all
// four, medians. One line of JSON; exit 1 above twice the bare program.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { runCleanups, tempHome } from "../tests/harness/process.ts";
import { StandInProject } from "../tests/standins/project.ts";
import { machine, median, rounded } from "./machine.ts";

const rounds = Number(process.argv[2] ?? 5);
const aimRatio = 2;
const where = machine();

/** As many resources of the same providers, without any input. */
const bare = (aws: number, kubernetes: number, components: number) => `
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
void postgresql;
export default () => {
  const cloud = new aws.Provider("aws", { region: "eu-central-1" });
  const cluster = new kubernetes.Provider("kubernetes", {});
  for (let i = 0; i < ${aws}; i++) new aws.sqs.Queue("queue-" + i, {}, { provider: cloud });
  for (let i = 0; i < ${kubernetes}; i++)
    new kubernetes.core.v1.ConfigMap("map-" + i, {}, { provider: cluster });
  for (let i = 0; i < ${components}; i++) new pulumi.ComponentResource("bare:index:Part", "part-" + i);
};
`;

try {
  const prod = await StandInProject.create(await tempHome());
  await prod.init("prod");
  const empty = await StandInProject.create(await tempHome());
  await empty.init("bare", {}, "prod");
  const counts = await resourcesOf(prod);
  await empty.writeWhole(bare(counts.aws, counts.kubernetes, counts.others));
  const pack = await prod.pack();
  const none = await packWithoutRules(pack);
  const seconds = {
    bare: [] as number[],
    prod: [] as number[],
    packed: [] as number[],
    unruled: [] as number[],
  };
  for (let round = 0; round < rounds; round++) {
    seconds.bare.push(await timed(empty, "bare"));
    seconds.prod.push(await timed(prod, "prod"));
    seconds.packed.push(await timed(prod, "prod", pack));
    seconds.unruled.push(await timed(prod, "prod", none));
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const pairs = (over: readonly number[], under: readonly number[]) =>
    over.map((each, index) => [each, under[index] ?? 0] as const);
  const adds = (over: readonly number[], under: readonly number[]) =>
    rounded(median(pairs(over, under).map(([a, b]) => a - b)));
  const ratio = median(pairs(seconds.prod, seconds.bare).map(([a, b]) => a / b));
  console.log(
    JSON.stringify({
      machine: where,
      rounds,
      resources: counts,
      bareSeconds: rounded(median(seconds.bare)),
      prodSeconds: rounded(median(seconds.prod)),
      ratio: rounded(ratio),
      aimRatio,
      packAddsSeconds: adds(seconds.packed, seconds.prod),
      packWithoutRulesAddsSeconds: adds(seconds.unruled, seconds.prod),
      rulesAddSeconds: adds(seconds.packed, seconds.unruled),
    }),
  );
  process.exitCode = ratio <= aimRatio ? 0 : 1;
} finally {
  await runCleanups();
}

/** @returns flags for a pack that is started as ours is, beside it */
async function packWithoutRules([flag = "", ours = ""]: readonly string[]): Promise<string[]> {
  const folder = `${ours}-without-rules`;
  await mkdir(folder);
  await cp(join(ours, "PulumiPolicy.yaml"), join(folder, "PulumiPolicy.yaml"));
  await cp(join(ours, "package.json"), join(folder, "package.json"));
  await writeFile(
    join(folder, "main.mjs"),
    `import { PolicyPack } from "@pulumi/policy";\nnew PolicyPack("none", { policies: [] });\n`,
  );
  return [flag, folder];
}

async function timed(project: StandInProject, stack: string, flags: string[] = []) {
  const start = performance.now();
  const { exitCode, text } = await project.preview(stack, {}, ...flags);
  if (exitCode !== 0) throw new Error(text);
  return (performance.now() - start) / 1000;
}

/** By package, as the preview plans them; components and our own provider's are the others. */
async function resourcesOf(project: StandInProject) {
  const { steps } = await project.plan("prod");
  const packages = steps.map(({ urn }) => /(?:\$|::)(\w+):[^$:]*(?::\w+)?::[^:]*$/.exec(urn)?.[1]);
  const of = (name: string) => packages.filter((each) => each === name).length;
  const [aws, kubernetes] = [of("aws"), of("kubernetes")];
  return { aws, kubernetes, others: steps.length - aws - kubernetes };
}
