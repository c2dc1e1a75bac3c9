import { z } from "zod";
import { UserError } from "../command.ts";
import type { ZooKeeperConnection } from "./client.ts";

export type Member = ZooKeeperConnection["members"][number];

const monitor = z.object({
  znode_count: z.int(),
  ephemerals_count: z.int(),
  num_alive_connections: z.int(),
  server_state: z.string(),
});
/** How one member sees itself. */
export type MemberState = z.infer<typeof monitor>;

const ANSWER_MS = 120_000;

/** @throws UserError when the member does not answer or does not serve */
export async function memberState(member: Member): Promise<MemberState> {
  const response = await ask(member, "monitor");
  const parsed = monitor.safeParse(await response.json());
  if (!parsed.success) {
    throw new UserError(
      `the ZooKeeper member ${member.admin} does not serve: it has no quorum yet, or another server ` +
        "answers there. See that more than half of the members are up.",
    );
  }
  return parsed.data;
}

/** A snapshot of what one member holds. */
export async function takeSnapshot(
  connection: ZooKeeperConnection,
  member: Member,
): Promise<Uint8Array> {
  const response = await ask(member, "snapshot?streaming=true", authorized(connection));
  return new Uint8Array(await response.arrayBuffer());
}

function authorized(connection: ZooKeeperConnection): RequestInit {
  return {
    headers: { Authorization: `digest super:${connection.superPassword}` },
  };
}

async function ask(member: Member, command: string, init: RequestInit = {}): Promise<Response> {
  const url = `${member.admin}/commands/${command}`;
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new UserError(
      `the ZooKeeper member ${member.admin} does not answer (${cause instanceof Error ? cause.message : message}). ` +
        "`pulumi up` starts it when it is down.",
    );
  }
  if (response.ok) return response;
  const said = (await response.text()).slice(0, 300);
  throw new UserError(
    `the ZooKeeper member ${member.admin} refuses ${command.split("?")[0] ?? command}: ${String(response.status)} ${said}. ` +
      (response.status === 401 || response.status === 403
        ? "The super password is not this ensemble's."
        : "Its log says more."),
  );
}
