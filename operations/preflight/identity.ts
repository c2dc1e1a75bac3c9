import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { AwsSettings } from "../../stacks/settings.ts";
import type { RegionClients } from "./aws.ts";
import { note, ok, red, type Row } from "./row.ts";

export interface Identity {
  readonly rows: readonly Row[];
  /** Whether this region may be asked on: it answers, and for the stack's account. */
  readonly usable: boolean;
}

/** Who asks, and whether the region takes calls of this account at all. */
export async function identityIn(
  { region, sts }: RegionClients,
  { account, cluster }: AwsSettings,
): Promise<Identity> {
  const what = "credentials";
  try {
    const { Account: found = "", Arn: arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
    if (found !== account) {
      const todo =
        `Take credentials of account ${account} (AWS_PROFILE, or assume a role of it), or correct ` +
        `recover:account. Nothing else was asked in ${region}`;
      return {
        rows: [red(region, what, `account ${found}, and recover:account is ${account}`, todo)],
        usable: false,
      };
    }
    const admins = "create" in cluster ? cluster.create.admins : undefined;
    const known = admins === undefined || admins.some((admin) => sameWho(admin, arn));
    return {
      rows: [
        ok(region, what, arn),
        ...(known
          ? []
          : [
              note(
                region,
                "administrator of the cluster",
                `${arn} is not in recover:cluster.create.admins`,
                "Add its role where this identity runs pulumi: not even who makes the cluster is let in otherwise",
              ),
            ]),
      ],
      usable: true,
    };
  } catch (error) {
    return { rows: [unanswered(region, what, error)], usable: false };
  }
}

/**
 * A region that is not opted in to refuses every token.
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
function unanswered(region: string, what: string, error: unknown): Row {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (["InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"].includes(name)) {
    return red(
      region,
      what,
      `refused (${name})`,
      `Either the keys are wrong or ${region} is not enabled for the account: ` +
        `aws account enable-region --region-name ${region}, which takes minutes to hours`,
    );
  }
  if (name === "CredentialsProviderError") {
    return red(
      region,
      what,
      "none",
      "Sign in (aws sso login, aws configure), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    );
  }
  return red(
    region,
    what,
    `STS does not answer: ${name}: ${message}`,
    `Is this machine allowed to reach sts.${region}.amazonaws.com, and is the token still valid?`,
  );
}

/** An assumed role's ARN has lost the role's path. */
function sameWho(admin: string, caller: string): boolean {
  if (admin === caller) return true;
  const role = /:assumed-role\/([^/]+)\//.exec(caller)?.[1];
  return role !== undefined && admin.includes(":role/") && admin.split("/").at(-1) === role;
}
