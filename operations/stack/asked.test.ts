import { expect, test } from "vitest";
import { recordStack, settingsOf } from "../../tests/components/aws-stacks.ts";
import { askedBy } from "./asked.ts";

/** With a long limit: each is a whole program. */
const minutes = 15 * 60_000;
const regionOf = (provider: string | undefined) => /^aws-(.*)$/.exec(provider ?? "")?.[1];

test.each([
  ["prod", settingsOf("prod")],
  ["dr", settingsOf("dr")],
] as const)(
  "what %s asks for is what its preview makes, each in the same region",
  async (_, settings) => {
    const name = (each: { type: string; name: string }, region: string | undefined) =>
      `${each.type} ${each.name} ${region ?? "-"}`;
    // `test`: the stack's name in that recording.
    const asked = (await askedBy("test", settings)).map((each) => name(each, each.region));
    const made = await recordStack(settings, true);
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.sort()).toEqual(made.map((each) => name(each, regionOf(each.provider))).sort());
  },
  minutes,
);

test(
  "what only the cloud will know is in no input",
  async () => {
    const asked = await askedBy("test", settingsOf("prod"));
    expect(JSON.stringify(asked)).not.toMatch(
      /__pulumiUnknown|04da6b54-80e4-46f7-96ec-b56ff0331ba9/,
    );
  },
  minutes,
);

test(
  "what the program refuses in a preview is refused here",
  async () => {
    const settings = settingsOf("prod", { images: {} });
    await expect(askedBy("test", settings)).rejects.toThrow(/recover:images lacks the digest/);
  },
  minutes,
);
