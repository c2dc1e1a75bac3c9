/**
 * SQL for the first and the last elements of the runs in a sorted array of distinct numbers: a run
 * is two numbers on the wire, however long it is. Gives the columns `{as}_from` and `{as}_to`, empty
 * for an empty array.
 */
export function runsOf(sorted: string, as: string): string {
  const steps = `arrayDifference(${sorted})`;
  return (
    `arrayFilter((x, d) -> d != 1, ${sorted}, ${steps}) AS ${as}_from, ` +
    `arrayFilter((x, d) -> d != 1, ${sorted}, arraySlice(arrayPushBack(${steps}, 0), 2)) AS ${as}_to`
  );
}
