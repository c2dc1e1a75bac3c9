import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineBuffer, LineBufferPool } from "./line-buffer.ts";

describe("LineBuffer", () => {
  it("holds the lines' bytes, however they grow", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary", maxLength: 30 })),
        fc.nat(40),
        (lines, size) => {
          const buffer = new LineBuffer(size);
          for (const line of lines) buffer.add(line);
          expect(buffer.view().toString()).toBe(lines.map((line) => `${line}\n`).join(""));
          expect(buffer.lines).toBe(lines.length);
          const other = new LineBuffer(1);
          other.add("first");
          other.append(buffer);
          expect(other.view().equals(Buffer.from(`first\n${buffer.view().toString()}`))).toBe(true);
        },
      ),
    );
  });

  it("comes back empty from the pool, which keeps a bounded number", () => {
    const pool = new LineBufferPool(1);
    const [first, second] = [pool.take(), pool.take()];
    first.add("x");
    pool.giveBack(first);
    pool.giveBack(second);
    const again = pool.take();
    expect(again).toBe(first);
    expect(again.length + again.lines).toBe(0);
    expect(pool.take()).not.toBe(second);
  });
});
