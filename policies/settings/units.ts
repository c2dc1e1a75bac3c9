import { z } from "zod";

const secondsOf = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;
const durationPattern = /^(\d+(?:\.\d+)?) (second|minute|hour|day|week)s?$/;

const bytesOf = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 } as const;
const sizePattern = /^(\d+(?:\.\d+)?) (B|KB|MB|GB|TB|PB)$/;

/** `7 days` → seconds; undefined when the text is no duration. */
export function toSeconds(text: string): number | undefined {
  return measured(durationPattern.exec(text), secondsOf);
}

/** `2 TB` → bytes; undefined when the text is no size. */
export function toBytes(text: string): number | undefined {
  return measured(sizePattern.exec(text), bytesOf);
}

function measured(found: RegExpExecArray | null, units: Readonly<Record<string, number>>) {
  return found === null ? undefined : Number(found[1]) * Number(units[String(found[2])]);
}

/** A duration in a settings file, as seconds. */
export const duration = parsed(toSeconds, 'a duration such as "15 minutes" or "7 days"');

/** A size in a settings file, as bytes. */
export const size = parsed(toBytes, 'a size such as "500 GB"');

function parsed(parse: (text: string) => number | undefined, expected: string) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue(`write ${expected}, not "${text}"`);
    return z.NEVER;
  });
}

/** Seconds as people say them: `3 days`, `36 hours`, `20 minutes`. */
export function saySeconds(seconds: number): string {
  const units = ["day", "hour", "minute", "second"] as const;
  const exact = units.find((unit) => seconds > 0 && Number.isInteger(seconds / secondsOf[unit]));
  const unit = exact ?? units.find((each) => Math.floor(seconds / secondsOf[each]) > 0) ?? "second";
  return say(round(seconds / secondsOf[unit]), unit);
}

/** Bytes as people say them: `1.5 TB`. */
export function sayBytes(bytes: number): string {
  const units = Object.entries(bytesOf).reverse();
  const [unit, factor] = units.find(([, each]) => bytes >= each) ?? ["B", 1];
  return `${round(bytes / factor)} ${unit}`;
}

function say(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

function round(amount: number): number {
  return Math.round(amount * 10) / 10;
}
