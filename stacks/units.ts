/** Durations as people write them, checked by the compiler where they are literals. */
export type Duration = `${number} ${"second" | "minute" | "hour" | "day"}${"s" | ""}`;

const secondsOf = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;
const pattern = /^(\d+(?:\.\d+)?) (second|minute|hour|day)s?$/;

/** True when the text is a duration such as `15 minutes`. */
export function isDuration(text: string): text is Duration {
  return pattern.test(text);
}

/** Seconds in a duration. Throws on anything else, naming what to write. */
export function toSeconds(text: string): number {
  const match = pattern.exec(text);
  const unit = match?.[2] as keyof typeof secondsOf | undefined;
  if (match?.[1] === undefined || unit === undefined) {
    throw new Error(
      `"${text}" is not a duration: write a number and a unit, for example "15 seconds" or "7 days".`,
    );
  }
  return Number(match[1]) * secondsOf[unit];
}
