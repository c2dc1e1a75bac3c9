import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitJson } from "./split-json.ts";

async function split(text: string | Buffer, chunk = 3): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += chunk) {
      yield await Promise.resolve(bytes.subarray(i, i + chunk));
    }
  }
  const out: string[] = [];
  for await (const each of splitJson(pieces())) out.push(each);
  return out;
}

describe("splitJson", () => {
  it("gives back every object, whatever stands between them and wherever a chunk ends", async () => {
    const object = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { maxKeys: 4 });
    const between = fc.constantFrom("", "\n", "\r\n", " \t\n\n");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(object, between), { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        async (parts, chunk) => {
          const texts = parts.map(([each]) => JSON.stringify(each));
          const whole = parts.map(([, gap], i) => `${texts[i] ?? ""}${gap}`).join("");
          expect(await split(whole, chunk)).toEqual(texts);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps braces, quotes and backslashes in strings", async () => {
    const tricky = ['{"a":"}{"}', '{"a":"\\"}{"}', '{"a":"\\\\"}', '{"é":{"b":"ü}"}}'];
    expect(await split(tricky.join(""), 1)).toEqual(tricky);
  });

  it.each([
    ['{"a":1', /cut off/],
    ['{"a":"', /cut off/],
    ['{"a":1}x{"b":2}', /something else/],
    ["[1]", /something else/],
    ['{"a":1}}', /something else/],
  ])("refuses %s", async (text, error) => {
    await expect(split(text)).rejects.toThrow(error);
  });
});
