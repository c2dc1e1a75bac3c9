import { z } from "zod";
import { defineRule, failIf, notApplicable, pass, undecided, type Verdict } from "../../rule.ts";

export default defineRule({
  id: "dr-pulumi-outlives-region",
  severity: "critical",
  title: "Pulumi's state and the key of its secrets are not in the primary's region alone",
  remediation:
    "Keep the state in a bucket of another region (versioned, replicated), and encrypt secrets with a multi-Region key (`awskms://…mrk-…`) " +
    "or one of the standby's region: without them no stack can be brought up on the day.",
  covers: ["DR-25"],
  url: "https://www.pulumi.com/docs/iac/concepts/state-and-backends/",
  config: z.strictObject({}),
  check: ({ stack }) => {
    const { objectives } = stack;
    const primary =
      objectives.primaryRegion ?? (stack.role === "primary" ? objectives.region : undefined);
    if (primary === undefined) {
      return [
        {
          outcome: notApplicable("the primary's region is not declared (objectives.primaryRegion)"),
        },
      ];
    }
    const { secretsProvider } = stack;
    const key = objectives.secretsProvider ?? secretsProvider?.url ?? secretsProvider?.type;
    return [
      judge(
        "the key of the stack's secrets",
        key,
        "objectives.secretsProvider, or exported state",
        primary,
      ),
      judge("Pulumi's state", objectives.backend, "objectives.backend", primary),
    ];
  },
});

function judge(what: string, url: string | undefined, told: string, primary: string): Verdict {
  if (url === undefined) return { outcome: undecided(`where ${what} is is not told (${told})`) };
  // A passphrase, Pulumi Cloud or another cloud is in no AWS region.
  if (!/^(awskms|s3):\/\//.test(url)) return { outcome: pass };
  const region = new URLSearchParams(url.split("?")[1]).get("region");
  if (url.includes("/mrk-")) return { outcome: pass };
  if (region === null) {
    return { outcome: undecided(`the region of ${what} is not in ${url}: write ?region=`) };
  }
  return {
    outcome: failIf(
      region === primary,
      `${what} is in ${region}, which is lost with the primary (${url}): move it, or use a multi-Region key`,
    ),
  };
}
