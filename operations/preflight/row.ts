import { UserError } from "../../scripts/command.ts";

/** One answer of AWS, or of a file, held against what the stack needs. */
export interface Row {
  /** `note`: nothing stops the stack, and somebody should know. */
  readonly status: "ok" | "red" | "note";
  /** Region that was asked; `-` for what is on this machine. */
  readonly region: string;
  readonly what: string;
  readonly found: string;
  /** Of every red row. */
  readonly todo?: string;
}

export const ok = (region: string, what: string, found: string): Row => ({
  status: "ok",
  region,
  what,
  found,
});

export const red = (region: string, what: string, found: string, todo: string): Row => ({
  status: "red",
  region,
  what,
  found,
  todo,
});

export const note = (region: string, what: string, found: string, todo?: string): Row => ({
  status: "note",
  region,
  what,
  found,
  ...(todo === undefined ? {} : { todo }),
});

/** A question to AWS, with the IAM actions that it takes. */
export interface Question {
  readonly region: string;
  readonly what: string;
  readonly actions: readonly string[];
}

/** Asks; what AWS does not answer is red, since nothing is known then. */
export async function asking(
  { region, what, actions }: Question,
  ask: () => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    return await ask();
  } catch (error) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const todo = isRefusal(error)
      ? `Allow ${actions.join(", ")} in ${region} to whoever runs this, and run it again`
      : error instanceof UserError
        ? error.message
        : `Run it again; if it stays so, look at https://health.aws.amazon.com and whether this machine reaches ${region}`;
    return [red(region, what, `not known: ${said}`, todo)];
  }
}

/**
 * Each service has its own name for "you may not".
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedException|ForbiddenException)$/.test(
      error.name,
    )
  );
}

/** `1, 2 and 3` */
export function listed(items: readonly string[]): string {
  return items.length < 2
    ? items.join("")
    : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}
