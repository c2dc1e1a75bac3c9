import { z } from "zod";
import { UserError } from "../command.ts";
import { deployment, logicalName } from "./state.ts";

/** Where a tunnel ends, and whose node it begins at. */
export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
  readonly region: string;
  /** EKS cluster whose nodes are in the same network. */
  readonly cluster: string;
}

const exported = z.object({ deployment });

const instance = z.object({
  arn: z.string(),
  address: z.string().min(1),
  port: z.number().int().positive(),
});

/**
 * Reads out of a stack's state where its PostgreSQL is. Outputs would not do: an `up` that stopped because there is no
 * tunnel has written none.
 *
 * @param state what `pulumi stack export` prints
 * @param name of the database's resource, where there is more than one
 * @throws UserError when it does not say
 */
export function postgresTarget(state: unknown, stack: string, name?: string): TunnelTarget {
  const parsed = exported.safeParse(state);
  if (!parsed.success) {
    throw new UserError(
      `what is given as the state of stack "${stack}" is none. Give what \`pulumi stack export --stack ${stack}\` prints.`,
    );
  }
  const living = parsed.data.deployment.resources.filter((each) => !each.delete);
  const databases = living.filter(({ type }) => type === "aws:rds/instance:Instance");
  const wanted =
    name === undefined
      ? databases
      : databases.filter((each) => logicalName(each) === `${name}-instance`);
  const [database] = wanted;
  if (database === undefined || wanted.length > 1) {
    const names = databases.map((each) => logicalName(each).replace(/-instance$/, ""));
    throw new UserError(
      databases.length === 0
        ? `the state of stack "${stack}" has no RDS instance: run \`pulumi up --stack ${stack}\` first. It stops where it ` +
            "needs the tunnel, and the instance is there then."
        : `stack "${stack}" has the databases ${names.join(", ")}: say which with --name.`,
    );
  }
  const found = instance.safeParse(database.outputs);
  const cluster = living.find(({ type }) => type === "aws:eks/cluster:Cluster");
  const clusterName = cluster?.outputs["name"];
  if (!found.success || typeof clusterName !== "string") {
    throw new UserError(
      `the state of stack "${stack}" does not say where ${found.success ? "its cluster" : logicalName(database)} is: an \`up\` ` +
        `has not finished it. Run \`pulumi up --stack ${stack}\` again. Where the cluster is adopted, a tunnel of your own ` +
        "has to lead there.",
    );
  }
  const { arn, address, port } = found.data;
  return { host: address, port, region: arn.split(":")[3] ?? "", cluster: clusterName };
}
