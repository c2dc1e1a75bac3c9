import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { primary } from "./primary.ts";
import { readSettings } from "./settings.ts";
import { standby } from "./standby.ts";

const root = dirname(import.meta.dirname);
const settings = readSettings(new pulumi.Config("recover"), root);

/** The stack's outputs: the same names on every platform and in both roles. */
export default settings.role === "primary" ? primary(settings, root) : standby(settings, root);
