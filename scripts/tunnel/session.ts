import { execa } from "execa";
import { UserError } from "../command.ts";
import type { TunnelTarget } from "./target.ts";

/**
 * The words of `aws ssm start-session` for a port of this machine that leads to a host behind a node.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
 */
export function sessionWords(target: TunnelTarget, node: string, localPort: number): string[] {
  return [
    ...["ssm", "start-session"],
    ...["--region", target.region],
    ...["--target", node],
    ...["--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
    "--parameters",
    JSON.stringify({
      host: [target.host],
      portNumber: [String(target.port)],
      localPortNumber: [String(localPort)],
    }),
  ];
}

/**
 * Runs the tunnel until it ends or the signal comes; what the AWS CLI says is shown.
 *
 * @throws UserError when the CLI or its Session Manager plugin is not there, or the session is refused
 */
export async function holdSession(words: readonly string[], signal: AbortSignal): Promise<void> {
  const result = await execa("aws", words, {
    // Without one the plugin ends its session.
    stdin: "inherit",
    stdout: "inherit",
    stderr: ["inherit", "pipe"],
    reject: false,
    cancelSignal: signal,
  });
  if (result.isCanceled || result.exitCode === 0) return;
  if (result.code === "ENOENT") {
    throw new UserError(
      "there is no `aws` on PATH: the tunnel is a session of AWS Systems Manager, which the AWS CLI opens. Install " +
        "it and its Session Manager plugin: " +
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
    );
  }
  if (/SessionManagerPlugin is not found/.test(result.stderr)) {
    throw new UserError(
      "the AWS CLI lacks its Session Manager plugin. Install it: " +
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
    );
  }
  throw new UserError(
    `the tunnel could not be held (exit code ${result.exitCode ?? "none"}). A node that has just begun is known to ` +
      "Systems Manager after some minutes; it needs a way out (NAT), or endpoints for ssm and ssmmessages, and you " +
      "need ssm:StartSession.",
  );
}
