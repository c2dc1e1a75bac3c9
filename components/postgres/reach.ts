import { connect } from "node:net";

/** Where a server answers. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Whether something accepts a connection there. */
export type Probe = (endpoint: Endpoint) => Promise<boolean>;

export const probe: Probe = ({ host, port }) =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 });
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => {
      done(true);
    });
    for (const event of ["error", "timeout"] as const) {
      socket.once(event, () => {
        done(false);
      });
    }
  });

/** `127.0.0.1:15432`. @throws Error for what is no endpoint */
export function parseEndpoint(text: string): Endpoint {
  const [, host, port] = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    throw new Error(
      `recover:postgres.adminEndpoint "${text}" is no endpoint. Write host and port, for example 127.0.0.1:15432.`,
    );
  }
  return { host, port: number };
}

export interface Reach {
  /** The server is in a private network: what runs Pulumi gets there by a tunnel only. */
  readonly isPrivate: boolean;
  /** Setting `postgres.adminEndpoint`. */
  readonly adminEndpoint?: string | undefined;
  /** Name of the stack, for the command in the error. */
  readonly stack: string;
}

/** @throws Error, in the first preview already, when nothing leads to a private server */
export function refuseWithoutEndpoint({ isPrivate, adminEndpoint, stack }: Reach): void {
  if (!isPrivate || adminEndpoint !== undefined) return;
  throw new Error(
    `PostgreSQL of stack ${stack} is in a private network, and no recover:postgres.adminEndpoint leads there: ` +
      `its database and roles cannot be made from here. ${whatToDo(stack)}`,
  );
}

/**
 * Where Pulumi manages roles: the tunnel's end, or the server itself.
 *
 * @throws Error when nothing answers there
 */
export async function reachable(
  server: Endpoint,
  { isPrivate, adminEndpoint, stack }: Reach,
  ask: Probe = probe,
): Promise<Endpoint> {
  const endpoint = adminEndpoint === undefined ? server : parseEndpoint(adminEndpoint);
  if (!isPrivate || (await ask(endpoint))) return endpoint;
  throw new Error(
    `PostgreSQL of stack ${stack} does not answer at ${endpoint.host}:${endpoint.port}, where ` +
      `recover:postgres.adminEndpoint says: ${server.host}:${server.port} is in a private network. ${whatToDo(stack)}`,
  );
}

/** The command that opens the tunnel; also said in the documentation. */
export function tunnelCommand(stack: string): string {
  return `npm run dr -- tunnel --stack ${stack} --to postgres`;
}

function whatToDo(stack: string): string {
  return (
    `Open a tunnel (\`${tunnelCommand(stack)}\`) and set recover:postgres.adminEndpoint to its end, for example ` +
    "127.0.0.1:15432; or set recover:postgres.manageRoles to { off: REASON } and make them by hand."
  );
}
