import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlap, planSubnets, type SubnetPlan } from "./cidr.ts";

/** First address and one past the last, by plain arithmetic: shares nothing with what is tested. */
function span(cidr: string): { from: number; to: number; bits: number } {
  const [address = "", bits = ""] = cidr.split("/");
  const from = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { from, to: from + 2 ** (32 - Number(bits)), bits: Number(bits) };
}

function every(plan: SubnetPlan): string[] {
  return [...plan.public, ...plan.private, ...plan.isolated, ...plan.spare];
}

/** Any network that is allowed, in its canonical form. */
const networks = fc
  .tuple(
    fc.constantFrom<[number, number]>(
      [span("10.0.0.0/8").from, 8],
      [span("172.16.0.0/12").from, 12],
      [span("192.168.0.0/16").from, 16],
      [span("100.64.0.0/10").from, 10],
    ),
    fc.integer({ min: 16, max: 22 }),
    fc.nat(),
  )
  .map(([[base, range], bits, seed]) => {
    const from = base + (seed % 2 ** (bits - range)) * 2 ** (32 - bits);
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(from / 2 ** shift) % 256);
    return `${octets.join(".")}/${bits}`;
  });

describe("subnets of any network", () => {
  test("lie in it, share no address, and leave none over", () => {
    fc.assert(
      fc.property(networks, (network) => {
        const whole = span(network);
        const parts = every(planSubnets(network))
          .map(span)
          .sort((a, b) => a.from - b.from);
        let next = whole.from;
        for (const part of parts) {
          expect(part.from).toBe(next);
          next = part.to;
        }
        expect(next).toBe(whole.to);
      }),
    );
  });

  test("begin where a block of their size does, and AWS allows that size", () => {
    fc.assert(
      fc.property(networks, (network) => {
        for (const { from, to, bits } of every(planSubnets(network)).map(span)) {
          expect(from % (to - from)).toBe(0);
          expect(bits).toBeGreaterThanOrEqual(16);
          expect(bits).toBeLessThanOrEqual(28);
        }
      }),
    );
  });

  test("are of equal size in each zone, and the private ones are a quarter each", () => {
    fc.assert(
      fc.property(networks, (network) => {
        const plan = planSubnets(network);
        const bits = (cidrs: readonly string[]) => [...new Set(cidrs.map((c) => span(c).bits))];
        expect(bits(plan.private)).toEqual([span(network).bits + 2]);
        expect(bits([...plan.public, ...plan.isolated, ...plan.spare])).toEqual([
          span(network).bits + 5,
        ]);
      }),
    );
  });

  test("overlap with it, and not with its neighbour", () => {
    fc.assert(
      fc.property(networks, (network) => {
        for (const subnet of every(planSubnets(network))) {
          expect(overlap(network, subnet)).toBe(true);
          expect(overlap(subnet, network)).toBe(true);
        }
        const plan = planSubnets(network);
        expect(overlap(plan.private[0], plan.private[1])).toBe(false);
      }),
    );
  });
});

test("the plan of a /16, to the address", () => {
  expect(planSubnets("10.20.0.0/16")).toEqual({
    private: ["10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18"],
    public: ["10.20.192.0/21", "10.20.200.0/21", "10.20.208.0/21"],
    isolated: ["10.20.216.0/21", "10.20.224.0/21", "10.20.232.0/21"],
    spare: ["10.20.240.0/21", "10.20.248.0/21"],
  });
});

test.each([
  ["10.0.0.0/15", "it can have /16 to /22"],
  ["10.0.0.0/23", "it can have /16 to /22"],
  ["10.20.1.0/16", "Write 10.20.0.0/16"],
  ["8.8.0.0/16", "part of the internet"],
  ["172.32.0.0/16", "part of the internet"],
  ["10.256.0.0/16", "is not an IPv4 block"],
  ["10.20.0.0/33", "is not an IPv4 block"],
  ["10.20.0.0", "is not an IPv4 block"],
  ["", "is not an IPv4 block"],
])("%j is refused: %s", (cidr, message) => {
  expect(() => planSubnets(cidr)).toThrow(message);
});

test.each([
  ["10.20.0.0/16", "10.20.128.0/20", true],
  ["10.20.0.0/16", "10.21.0.0/16", false],
  ["10.20.0.0/16", "10.0.0.0/8", true],
])("%s and %s overlap: %s", (one, other, expected) => {
  expect(overlap(one, other)).toBe(expected);
  expect(overlap(other, one)).toBe(expected);
});
