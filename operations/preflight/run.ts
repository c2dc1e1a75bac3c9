import { prefixOf } from "../../components/aws/context.ts";
import { regionsOf, type AwsSettings } from "../../stacks/settings.ts";
import type { OpenStack } from "../stack/open.ts";
import { clientsOf, type AwsAccess, type RegionClients } from "./aws.ts";
import { filesOf } from "./files.ts";
import { identityIn } from "./identity.ts";
import { kubernetesOffered } from "./kubernetes.ts";
import { bucketNames, pullSecret } from "./names.ts";
import * as offered from "./offered.ts";
import type { Owner } from "./quota-list.ts";
import { backupCopies, quotasOf } from "./quotas.ts";
import { regionsEnabled, zonesThere } from "./regions.ts";
import { note, type Row } from "./row.ts";
import { recoverable } from "./standby.ts";

export interface Preflight {
  readonly stack: string;
  /** Regions that were asked, each for what is the stack's there. */
  readonly regions: readonly string[];
  readonly red: number;
  readonly rows: readonly Row[];
}

/**
 * Asks AWS whether a stack can be what its settings say, in each region that it has resources in, and changes
 * nothing. What it needs is read off the stack's own program.
 */
export async function preflight(stack: OpenStack, access: AwsAccess = {}): Promise<Preflight> {
  const { settings } = stack;
  const regions = regionsOf(settings);
  const rows: Row[] = [...(await filesOf(settings, stack.plugin))];
  const usable: RegionClients[] = [];
  const all = regions.map((region) => clientsOf(region, access));
  try {
    for (const clients of all) {
      const { rows: found, usable: can } = await identityIn(clients, settings);
      rows.push(...found);
      if (can) usable.push(clients);
    }
    const [first] = usable;
    if (first !== undefined) rows.push(...(await regionsEnabled(first, regions)));
    for (const clients of usable) rows.push(...(await inRegion(stack, clients)));
  } finally {
    for (const clients of all) clients.close();
  }
  return {
    stack: stack.name,
    regions,
    red: rows.filter(({ status }) => status === "red").length,
    rows,
  };
}

async function inRegion(stack: OpenStack, clients: RegionClients): Promise<readonly Row[]> {
  const { name, settings } = stack;
  const { region } = clients;
  const home = region === settings.region;
  const here: offered.AskedHere = {
    asked: stack.asked.filter((each) => each.region === region),
    zones: home ? settings.zones : [],
  };
  const owner = ownerOf(name, settings);
  return [
    ...(home ? await zonesThere(clients, settings) : []),
    ...(await offered.databaseOffered(clients, here)),
    ...(home ? [] : await offered.backupCopyOffered(clients, here, settings.region)),
    ...(await offered.kafkaOffered(clients, here)),
    ...(await kubernetesOffered(clients, here)),
    ...(await offered.nodesOffered(clients, here)),
    ...(await offered.endpointsOffered(clients, here)),
    ...(await quotasOf(clients, here, settings, owner)),
    ...(await backupCopies(clients, here, owner)),
    ...(await bucketNames(clients, here, settings)),
    ...(home ? await pullSecret(clients, settings) : []),
    ...(home && settings.role === "standby" ? await recoverable(clients, name, settings) : []),
    ...(home || settings.role === "standby" ? [] : [theStandbysOwn(region)]),
  ];
}

function theStandbysOwn(region: string): Row {
  return note(
    region,
    "what a failover needs",
    "not asked: it is the standby's",
    "npm run preflight -- --stack dr",
  );
}

function ownerOf(stack: string, { install, generation }: AwsSettings): Owner {
  return { install, stack, prefix: prefixOf({ install, stack, generation }) };
}
