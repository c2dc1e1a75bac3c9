import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { onCleanup } from "../harness/process.ts";
import type { Issued } from "./enter.ts";
import { addressOf, serviceNames, type Hosts, type Region } from "./regions.ts";

/** One call of a service with the query API. */
export interface ServiceCall {
  readonly host: string;
  /** For example `PutMetricData`. */
  readonly action: string;
}

/**
 * Stands in for the services beside S3 that scripts call: metrics are taken, and nobody has any to tell.
 *
 * @returns every call
 */
export async function serveServices(
  region: Region,
  hosts: Hosts,
  issued: Issued,
): Promise<readonly ServiceCall[]> {
  const calls: ServiceCall[] = [];
  const address = addressOf(region, "services");
  for (const name of serviceNames(region)) hosts.add(name, address);
  const { certificate: cert, privateKey: key } = issued.of[region].services;
  const server = createServer({ cert, key }, (request, response) => {
    void text(request).then((body) => {
      const action = new URLSearchParams(body).get("Action") ?? "";
      calls.push({ host: request.headers.host ?? "", action });
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(`<${action}Response><${action}Result/></${action}Response>`);
    });
  });
  await new Promise<void>((resolve) =>
    server.listen(443, address, () => {
      resolve();
    }),
  );
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  return calls;
}
