/** The one function that we use; the package ships no types. */
declare module "js-yaml" {
  export function loadAll(text: string): unknown[];
}
