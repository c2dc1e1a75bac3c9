import { superDigest } from "../../engines/zookeeper.ts";
import { renderProperties } from "../../engines/properties.ts";

/** Where members listen; the same on every one, as each has an address of its own. */
export const ports = { client: 2181, quorum: 2888, election: 3888, admin: 8080, metrics: 7000 };

/** Folders of the container: nothing else of it can be written. */
export const folders = { data: "/data", run: "/run/zookeeper", conf: "/conf", login: "/login" };

/**
 * Checks the size of an ensemble.
 *
 * @throws Error for one that survives no loss, or no more than a smaller one
 */
export function checkMembers(members: number): 3 | 5 {
  if (members === 3 || members === 5) return members;
  throw new Error(
    members === 1
      ? "members is 1: an ensemble of one is gone with its node or zone, and ClickHouse is read-only " +
          "without it. Write 3, or 5 to survive two losses at once."
      : `members is ${members}: an ensemble has 3 or 5. An even number survives no more losses than one ` +
          "less, and more than five make every write slower. Write 3, or 5 to survive two losses at once.",
  );
}

/**
 * Checks the version that an image is said to hold.
 *
 * @throws Error for one before 3.9.4: CVE-2025-58457, any client may take and restore snapshots
 */
export function checkVersion(version: string): void {
  const oldest = [3, 9, 4];
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number);
  if (parts !== undefined) {
    const different = oldest.findIndex((part, index) => part !== parts[index]);
    if (different === -1 || (parts[different] ?? 0) > (oldest[different] ?? 0)) return;
  }
  throw new Error(
    `version is "${version}": snapshots need ZooKeeper 3.9.4 or newer, for example "3.9.4". In 3.9.0 to ` +
      "3.9.3 the admin server did not check who takes and restores them (CVE-2025-58457).",
  );
}

/**
 * `zoo.cfg` of every member; who it is says its `myid`.
 *
 * @param hosts of the members, in the order of their ids from 1
 */
export function zooCfg(hosts: readonly string[]): string {
  const members = hosts.map((host, index): [string, string] => [
    `server.${index + 1}`,
    `${host}:${ports.quorum}:${ports.election}`,
  ]);
  return renderProperties({
    dataDir: folders.data,
    tickTime: 2000,
    initLimit: 10,
    syncLimit: 5,
    clientPort: ports.client,
    maxClientCnxns: 60,
    standaloneEnabled: false,
    reconfigEnabled: false,
    // A pod that starts may not resolve its own name yet; who may connect is up to the network policy.
    quorumListenOnAllIPs: true,
    // What the probes ask. The rest of the four-letter words tells strangers too much, or is too slow.
    "4lw.commands.whitelist": "srvr,ruok",
    "autopurge.snapRetainCount": 5,
    "autopurge.purgeInterval": 1,
    "admin.enableServer": true,
    "admin.serverPort": ports.admin,
    "admin.snapshot.enabled": true,
    // The default lets one snapshot pass in five minutes, and a backup takes one too.
    "admin.rateLimiterIntervalInMS": 1000,
    "metricsProvider.className":
      "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
    "metricsProvider.httpPort": ports.metrics,
    ...Object.fromEntries(members),
  });
}

/** The line of `zoo.cfg` that must not lie in a ConfigMap: what a password can be guessed against. */
export function superCfg(password: string): string {
  return renderProperties({ "DigestAuthenticationProvider.superDigest": superDigest(password) });
}

/** A member's id is its pod's number plus one; its configuration is put together in memory. */
export const startScript = `#!/bin/bash
set -euo pipefail
ordinal="\${HOSTNAME##*-}"
echo "$((ordinal + 1))" > ${folders.data}/myid
cp ${folders.conf}/logback.xml ${folders.run}/
cat ${folders.conf}/zoo.cfg ${folders.login}/super.cfg > ${folders.run}/zoo.cfg
exec zkServer.sh start-foreground
`;

/** To the console alone: the file system of the container cannot be written. */
export const logback = `<configuration>
  <appender name="CONSOLE" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{ISO8601} %-5p [%t:%C{1}@%L] - %m%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="CONSOLE"/></root>
</configuration>
`;

/** Asks the member on this host a four-letter word, and looks for what it must say. */
export function asks(word: "srvr" | "ruok", expected: string): string[] {
  const script =
    `exec 3<>/dev/tcp/127.0.0.1/${ports.client}; printf ${word} >&3; ` +
    `grep -q "${expected}" <&3`;
  return ["/bin/bash", "-c", script];
}
