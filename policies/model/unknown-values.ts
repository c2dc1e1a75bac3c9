import * as policy from "@pulumi/policy";

// The package exports both and its declarations leave their types out.
const untyped = policy as unknown as {
  readonly UnknownValueError: new (...args: never[]) => Error;
  readonly unknownCheckingProxy: (properties: object) => Record<string, unknown>;
};

/** What reading a property throws when a preview does not know it. */
export const UnknownValueError = untyped.UnknownValueError;

/** Properties as the engine hands them to policies: reading one that is not known throws. */
export const unknownCheckingProxy = untyped.unknownCheckingProxy;
