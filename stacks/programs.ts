import type * as pulumi from "@pulumi/pulumi";
import type { AwsOptions } from "./aws/platform.ts";
import type { Platform } from "./platform.ts";
import { primary } from "./primary.ts";
import type { AwsSettings, Settings } from "./settings.ts";
import { standby } from "./standby.ts";

export type Outputs = Record<string, pulumi.Input<unknown>>;

/** The program of a role. */
export function program(chosen: Settings, platform: Platform): Outputs {
  return chosen.role === "primary" ? primary(chosen, platform) : standby(chosen, platform);
}

/** The program of a stack on AWS, with what it needs from outside. */
export async function awsProgram(chosen: AwsSettings, options: AwsOptions): Promise<Outputs> {
  // Only here: the providers' packages are large, and stacks of this machine need none of them.
  const { AwsPlatform } = await import("./aws/platform.ts");
  const { pilotLight } = await import("./pilot-light.ts");
  const platform = new AwsPlatform(chosen, options);
  await platform.requireVault();
  return chosen.role === "standby" && chosen.mode === "pilot-light"
    ? pilotLight(chosen, platform)
    : program(chosen, platform);
}
