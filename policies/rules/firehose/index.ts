import type { Rule } from "../../rule.ts";
import destinationEncrypted from "./destination-encrypted.ts";
import encrypted from "./encrypted.ts";
import errorsLogged from "./errors-logged.ts";
import failuresKept from "./failures-kept.ts";

export const rules: readonly Rule[] = [destinationEncrypted, encrypted, errorsLogged, failuresKept];
