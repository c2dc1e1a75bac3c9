import { readFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { dump, load } from "js-yaml";
import { beforeAll, describe, expect, test } from "vitest";
import { policyPackIn } from "../tests/harness/policy-pack.ts";
import { cleanUpAfterFile, tempHome } from "../tests/harness/process.ts";
import { pulumiEnv } from "../tests/harness/pulumi.ts";

/**
 * The shipped programs of one machine, judged on Pulumi's own engine with the provider that they use. Only previews: nothing is
 * started. prod and dr are judged in tests/standins/shipped.pulumi.ts.
 */
const root = join(import.meta.dirname, "..");
cleanUpAfterFile();

describe("the shipped stacks of one machine", () => {
  let folder: string;
  let pack: string[];

  beforeAll(async () => {
    folder = await tempHome();
    await mkdir(join(folder, "state"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    const shipped = load(await readFile(join(root, "Pulumi.yaml"), "utf8")) as object;
    const providers = [{ name: "recover", path: join(root, "provider") }];
    await writeFile(
      join(folder, "Pulumi.yaml"),
      dump({ ...shipped, main: "main.ts", plugins: { providers } }),
    );
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    pack = await policyPackIn(folder);
  });

  const pulumi = (...args: string[]) =>
    execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: pulumiEnv(folder),
      reject: false,
      all: true,
      stdin: "ignore",
    });

  /** The shipped program, and what more it makes. */
  const write = (more = "") =>
    writeFile(
      join(folder, "main.ts"),
      `import * as pulumi from "@pulumi/pulumi";
import stack from ${JSON.stringify(join(root, "stacks/index.ts"))};
export default () => {
  ${more}
  return stack();
};
void pulumi;
`,
    );

  async function judge(stack: string): Promise<{ exitCode: number; text: string }> {
    const { exitCode, all } = await pulumi("preview", "--stack", stack, ...pack);
    return { exitCode: exitCode ?? -1, text: all };
  }

  test.each([
    ["local", []],
    // `npm run pair` adds these.
    [
      "local-dr",
      [
        ["--plaintext", "recover:vaultAccessKeyId=root-west"],
        ["--plaintext", "recover:trust.0123456789abcdef=the key of a test"],
        ["--secret", "recover:vaultSecretAccessKey=a secret of a test"],
      ],
    ],
  ])("%s violates nothing, and nothing is suppressed", async (stack, paired) => {
    await write();
    const name = `Pulumi.${stack}.yaml`;
    await writeFile(join(folder, name), await readFile(join(root, name), "utf8"));
    await pulumi("stack", "init", stack);
    if (paired.length > 0) {
      await pulumi("config", "set-all", "--stack", stack, "--path", ...paired.flat());
    }
    const { exitCode, text } = await judge(stack);
    expect(exitCode, text).toBe(0);
    expect(text).toMatch(/Resources:\n +\+ \d\d to create/);
    expect(text).toMatch(/Policies:\n.*recover@/);
    expect(text).not.toMatch(/\[mandatory\]|\[advisory\]/);
  });

  test("the same with a bucket that nobody protects is stopped", async () => {
    // A component that carries a bucket's type is judged as a bucket.
    await write('new pulumi.ComponentResource("aws:s3/bucket:Bucket", "more");');
    const { exitCode, text } = await judge("local");
    expect(exitCode).not.toBe(0);
    expect(text).toMatch(/\[mandatory\].*dr-protected {2}\(aws:s3.*: more\)/);
  });
});
