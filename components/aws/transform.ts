/**
 * An escape hatch for the arguments of one child: what is laid over the component's own, or a
 * function that gets them and returns what is used instead.
 */
export type Transform<Args extends object> = Partial<Args> | ((args: Args) => Args);

/** The arguments of a child after its escape hatch. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  args: Args,
): Args {
  if (transform === undefined) return args;
  return typeof transform === "function" ? transform(args) : { ...args, ...transform };
}
