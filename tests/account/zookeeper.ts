import { join } from "node:path";
import { renderLogback } from "../../engines/properties.ts";
import { javaTools } from "../harness/java.ts";
import { startProcess, tempHome, type RunningProcess } from "../harness/process.ts";
import type { ClusterPlace, PodTemplate } from "./kubernetes-objects.ts";
import { addressOf, inside } from "./regions.ts";

interface StatefulSet {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly serviceName: string;
    readonly replicas: number;
    readonly template: PodTemplate;
  };
}

/**
 * The ensemble's StatefulSet: one real member a pod, with the pod's own configuration. Pods share one network here, so
 * each member is told which address it listens on, and that it does not listen on all.
 */
export async function startEnsemble(
  { region, hosts, objects }: ClusterPlace,
  set: StatefulSet,
): Promise<readonly RunningProcess[]> {
  const { name, namespace } = set.metadata;
  const ids = Array.from({ length: set.spec.replicas }, (_, index) => index + 1);
  for (const id of ids) {
    const host = `${name}-${String(id - 1)}.${set.spec.serviceName}.${namespace}.svc.cluster.local`;
    hosts.add(host, addressOf(region, "zookeeper", id));
  }
  const files = objects.filesOf(namespace, set.spec.template);
  const config = files("/conf/zoo.cfg") + files("/login/super.cfg");
  const home = await tempHome("recover-account-zookeeper");
  const { java, zookeeperLibs } = javaTools();
  return Promise.all(
    ids.map((id) => {
      const address = addressOf(region, "zookeeper", id);
      const folder = join(home, String(id));
      return startProcess({
        name: `${region}/zookeeper-${String(id)}`,
        home: folder,
        argv: inside(hosts, [
          java,
          ...["-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
          ...["-Djava.net.preferIPv4Stack=true"],
          `-Dlogback.configurationFile=${join(folder, "conf/logback.xml")}`,
          ...["-cp", join(zookeeperLibs, "*")],
          ...["org.apache.zookeeper.server.quorum.QuorumPeerMain", join(folder, "conf/zoo.cfg")],
        ]),
        files: [
          { path: "data/myid", content: String(id) },
          { path: "conf/zoo.cfg", content: alone(config, join(folder, "data"), address) },
          {
            path: "conf/logback.xml",
            content: renderLogback(join(folder, "log", "zookeeper.log")),
          },
        ],
        ports: {},
        health: {
          kind: "http",
          url: `http://${address}:8080/commands/is_read_only`,
          contains: '"read_only" : false',
        },
      });
    }),
  );
}

function alone(config: string, data: string, address: string): string {
  return [
    ...config
      .split("\n")
      .filter((line) => !/^(dataDir|quorumListenOnAllIPs|metricsProvider\.)/.test(line)),
    `dataDir=${data}`,
    `clientPortAddress=${address}`,
    `admin.serverAddress=${address}`,
    "",
  ].join("\n");
}
