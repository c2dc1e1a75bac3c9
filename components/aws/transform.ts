/**
 * Last word of a user on one child's arguments: partial arguments laid over ours, or a function of
 * ours. Components take one for each child that a user may need to bend.
 */
export type Transform<Args extends object> = Partial<Args> | ((args: Args) => Args);

/** Our arguments after the user's last word. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  args: Args,
): Args {
  if (transform === undefined) {
    return args;
  }
  return typeof transform === "function" ? transform(args) : { ...args, ...transform };
}
