/**
 * The argument vector with which a program runs as somebody who is not root: PostgreSQL refuses
 * root. For any other user it is `argv` itself.
 */
export function asNonRoot(argv: readonly string[]): string[];

/**
 * Gives a folder and what is in it to the user that `asNonRoot` runs as. Does nothing where that is
 * not needed (the usual case).
 */
export function giveToNonRoot(folder: string): void;

/** Set-up's part: the first prefix with which `program` can be run by a user who is not root. */
export function findNonRoot(program: string, candidates?: string[][]): string[] | undefined;

/** The prefixes that set-up tries, the best first. */
export function nonRootCandidates(): string[][];
