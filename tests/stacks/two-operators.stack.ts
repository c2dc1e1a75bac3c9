import { expect, test } from "vitest";
import { cleanUpAfterFile } from "../harness/process.ts";
import { platformOf } from "../drill/platform.ts";
import {
  checkout,
  command,
  count,
  loseRegion,
  pairedStandby,
  primaryWithEvents,
  replicated,
} from "./fixture.ts";

cleanUpAfterFile();

test("two operators with two checkouts and two state backends: one wins, the other is told", async () => {
  const east = await checkout("operators-east");
  const { platform } = await primaryWithEvents(east, 400);
  const operators = await Promise.all(
    ["one", "two"].map(async (name) => {
      const workspace = await checkout(`operators-${name}`);
      return { workspace, stack: await pairedStandby(workspace, platform) };
    }),
  );
  await replicated();
  await loseRegion(east);

  const runs = await Promise.all(
    operators.map(async (one) => ({ ...one, up: await one.stack.up() })),
  );
  const [winner, ...others] = runs.filter(({ up }) => up.ok);
  const loser = runs.find(({ up }) => !up.ok);
  expect(others).toEqual([]);
  if (winner === undefined || loser === undefined) {
    throw new Error(`nobody won:\n${runs.map(({ up }) => up.said).join("\n---\n")}`);
  }
  expect(loser.up.said).toMatch(/epoch 2 is held by stack "local-dr"|holds epoch 2/);
  expect(loser.up.said).toMatch(/Exactly one recovery may go on|destroy/);

  // The loser again, and its clean-up: the winner's logins and data are untouched.
  const again = await loser.stack.up();
  expect(again.ok).toBe(false);
  const recovered = await platformOf(winner.stack);
  expect(await count(recovered)).toBe(400);
  await command(winner.workspace, "prove", recovered.connection);
  await command(winner.workspace, "backup", recovered.backupConnection, { kind: "incremental" });
  await command(winner.workspace, "status", recovered.connection);
  expect(await loser.stack.run("destroy", "--yes")).toMatchObject({ ok: true });
  expect(await winner.stack.run("preview", "--expect-no-changes")).toMatchObject({ ok: true });
});
