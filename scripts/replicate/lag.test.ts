import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawLag, LagMeter } from "./lag.ts";

const version = fc.record({ bucket: fc.string(), key: fc.string(), etag: fc.string() });

describe("drawLag", () => {
  it("lies within its bounds and is the same for the same seed and version", () => {
    fc.assert(
      fc.property(fc.integer(), version, (seed, of) => {
        const settings = { minSeconds: 1, maxSeconds: 30, seed };
        const lag = drawLag(settings, of);
        expect(lag).toBeGreaterThanOrEqual(1);
        expect(lag).toBeLessThan(30);
        expect(drawLag(settings, of)).toBe(lag);
      }),
    );
  });

  it("spreads over the whole span, differently for another seed", () => {
    const draw = (seed: number): number[] =>
      Array.from({ length: 200 }, (_, n) =>
        drawLag({ minSeconds: 0, maxSeconds: 1, seed }, { bucket: "b", key: `${n}`, etag: "" }),
      );
    expect(Math.min(...draw(1))).toBeLessThan(0.05);
    expect(Math.max(...draw(1))).toBeGreaterThan(0.95);
    expect(draw(1)).not.toEqual(draw(2));
  });
});

describe("LagMeter", () => {
  it("tells median and maximum of the newest", () => {
    const meter = new LagMeter(3);
    expect(meter.summary()).toEqual({ p50: 0, max: 0 });
    for (const seconds of [100, 1, 3, 2]) meter.add(seconds);
    expect(meter.summary()).toEqual({ p50: 2, max: 3 });
  });
});
