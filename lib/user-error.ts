/**
 * A failure the user can act on: what is wrong, why, and what to do. Anything else that is thrown
 * is a defect and is shown with its stack.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}
