import type { Asked } from "./journal.ts";

/** Secrets that stand-ins make up, and the ones that tests configure, begin with it. */
export const canary = "canary-of-a-";

/** In which forms a canary lies in a text: plain, or somewhere in a base64 text. */
export function shownIn(text: string): readonly string[] {
  const plain = [...text.matchAll(/canary-of-a-[a-z]+(?:-[a-z]+)*/g)].map(([found]) => found);
  const encoded = inBase64(canary).filter((form) => text.includes(form));
  return [...new Set([...plain, ...encoded])].sort();
}

/** The three ways in which a text can lie in a base64 text, without what its neighbours decide. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const all = Buffer.from("x".repeat(before) + text).toString("base64");
    return all.slice(before === 0 ? 0 : 4, -4);
  });
}

/** What is made to hold secrets: theirs is not to be seen by whoever may look at all the rest. */
const holders =
  /^(kubernetes:core\/v1:Secret|aws:secretsmanager\/secretVersion:SecretVersion|postgresql:index\/role:Role|recover:index:(Key|Step))$/;

/** `TYPE NAME: canaries` of what providers were given a secret for that is made to be seen: environment, configuration. */
export function handedOverOpenly(asked: readonly Asked[]): readonly string[] {
  return asked
    .filter(({ method, preview }) => ["create", "update"].includes(method) && !preview)
    .filter(({ type }) => !holders.test(type))
    .map(({ type, name, inputs }) => ({
      where: `${type} ${name}`,
      shown: shownIn(JSON.stringify(inputs)),
    }))
    .filter(({ shown }) => shown.length > 0)
    .map(({ where, shown }) => `${where}: ${shown.join(", ")}`)
    .sort();
}

/**
 * The engine's events without those of severity `debug`: Pulumi's SDK for Node.js writes the answers of providers into
 * them as they are. Only `--debug`, and `--event-log` behind PULUMI_DEBUG_COMMANDS, show those.
 */
export function eventsForPeople(log: string): string {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .filter((line) => {
      const { diagnosticEvent } = JSON.parse(line) as { diagnosticEvent?: { severity: string } };
      return diagnosticEvent?.severity !== "debug";
    })
    .join("\n");
}
