/** Changes a child's arguments last: some of them, or by a function of what they would be. */
export type Transform<Args extends object> = Partial<Args> | ((args: Args) => Args);

export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  args: Args,
): Args {
  return typeof transform === "function" ? transform(args) : { ...args, ...transform };
}
