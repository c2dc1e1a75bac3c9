/** A failure that a person can act on: what is wrong, why, and what to do about it. */
export class Problem extends Error {
  /**
   * @param {string} what
   * @param {string} why
   * @param {string} todo
   */
  constructor(what, why, todo) {
    super(`${what}\n  why: ${why}\n  do:  ${todo}`);
    this.name = "Problem";
    this.what = what;
    this.why = why;
    this.todo = todo;
  }
}
