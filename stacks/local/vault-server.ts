import * as pulumi from "@pulumi/pulumi";
import type { S3Access } from "../../scripts/connection.ts";
import type { LocalSettings } from "../settings.ts";

/** The vault's server in the standby's region, from the standby's own config alone. */
export function vaultServer(settings: LocalSettings): pulumi.Output<S3Access> {
  const { vaultEndpoint, vaultAccessKeyId } = settings;
  const secret = new pulumi.Config("recover").getSecret("vaultSecretAccessKey");
  if (vaultEndpoint === undefined || vaultAccessKeyId === undefined || secret === undefined) {
    throw new Error(
      "This standby does not know the vault: recover:vaultEndpoint, recover:vaultAccessKeyId and " +
        "recover:vaultSecretAccessKey (a secret) must be in its own config, because on the day the primary " +
        "cannot be asked. Copy them while it is up: `npm run pair`.",
    );
  }
  return pulumi.secret(
    secret.apply((secretAccessKey) => ({
      endpoint: vaultEndpoint,
      region: settings.region,
      accessKeyId: vaultAccessKeyId,
      secretAccessKey,
    })),
  );
}
