import { createHash } from "node:crypto";
import { canonicalJson } from "../../scripts/ledger/canonical.ts";

/** A Job's name becomes the label `batch.kubernetes.io/job-name` of its pods: a DNS label. */
const longestLabel = 63;

/** The controller adds up to 11 characters for each run (kubernetes.io/docs, CronJob). */
const longestCronJob = 52;

const hashDigits = 12;

/** A DNS label (RFC 1123) that says the same as far as that can be said. */
export function dnsLabel(text: string, longest = longestLabel): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, longest)
    .replace(/-$/, "");
  return label === "" ? "x" : label;
}

/**
 * The first digits of a SHA-256. It goes into names, which are no secret, and says nothing of what was
 * hashed: passwords and keys in it are random and long.
 */
export function inputHash(inputs: unknown): string {
  const plain = JSON.parse(JSON.stringify(inputs ?? null)) as unknown;
  return createHash("sha256").update(canonicalJson(plain)).digest("hex").slice(0, hashDigits);
}

/**
 * A Job's name: step, recovery and inputs. The readable part may be cut, the hash covers all of it: the
 * same inputs give the same name, others another one.
 */
export function jobName(step: string, recoveryId: string, inputs: unknown): string {
  const hash = inputHash({
    // Escaped, as canonical JSON has no form for half a surrogate pair.
    step: JSON.stringify(step),
    recoveryId: JSON.stringify(recoveryId),
    inputs,
  });
  const readable = dnsLabel(`${step}-${recoveryId}`, longestLabel - 1 - hashDigits);
  return `${readable}-${hash}`;
}

/**
 * Checks a CronJob's name.
 *
 * @throws Error when it is too long: a cut name could be another CronJob's
 */
export function cronJobName(name: string): string {
  const label = dnsLabel(name, name.length);
  if (label.length <= longestCronJob) return label;
  throw new Error(
    `The CronJob's name ${label} has ${label.length} characters, ${longestCronJob} are allowed ` +
      "(the controller adds 11 to each run's name). Choose a shorter name.",
  );
}

/** How often, in Kubernetes' own five fields; the data plane's schedules may also have seconds. */
export function cronSchedule(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  if (fields.length === 5) return fields.join(" ");
  throw new Error(
    `The schedule "${cron}" has ${fields.length} fields, a CronJob takes five: minute, hour, day of the ` +
      'month, month, day of the week. For example "0 3 * * *".',
  );
}
