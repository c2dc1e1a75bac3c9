import { join } from "node:path";
import type { ProcessSpec } from "../../engines/process.ts";
import { clickhouseServer } from "../../engines/clickhouse.ts";
import { startProcess, tempHome, type RunningProcess } from "../harness/process.ts";
import type { ClusterPlace } from "./kubernetes-objects.ts";
import { addressOf, inside } from "./regions.ts";
import { accountKeys } from "./keys.ts";

const ports = { http: 8123, tcp: 9000 };

/** The server of one installation. */
export interface Server {
  readonly process: RunningProcess;
  readonly address: string;
}

type Settings = Readonly<Record<string, unknown>>;

interface Installation {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly configuration: {
      readonly zookeeper: { readonly nodes: readonly { host: string; port: number }[] };
      readonly users: Settings;
      readonly profiles: Settings;
      readonly files: Readonly<Record<string, string>>;
      readonly clusters: readonly {
        readonly name: string;
        readonly layout: { readonly shards: readonly { readonly replicas: readonly object[] }[] };
      }[];
    };
    readonly templates: {
      readonly podTemplates: readonly {
        readonly spec: {
          readonly containers: readonly {
            readonly env?: readonly {
              readonly name: string;
              readonly valueFrom: {
                readonly secretKeyRef: { readonly name: string; readonly key: string };
              };
            }[];
          }[];
        };
      }[];
    };
  };
}

/**
 * Stands in for the operator: a real server for the first replica of the first shard, with the installation's own
 * files, profiles and users. What differs from a pod of the operator's: Kafka's logins come by PLAIN (the server of
 * these tests knows no SCRAM), users may come from loopback, and the user by which that server is embedded stays.
 */
export async function startInstallation(
  {
    region,
    hosts,
    objects,
    clickhouse,
  }: ClusterPlace & { readonly clickhouse: Map<string, Server> },
  installation: Installation,
): Promise<void> {
  const { metadata, spec } = installation;
  const { name, namespace } = metadata;
  const { configuration } = spec;
  const [cluster] = configuration.clusters;
  const host = `chi-${name}-${cluster?.name ?? ""}-0-0.${namespace}.svc.cluster.local`;
  const former = clickhouse.get(name);
  const address = former?.address ?? addressOf(region, "clickhouse", clickhouse.size);
  hosts.add(host, address);
  const secretOf = (ref: { readonly name: string; readonly key: string }) =>
    objects.dataOf(namespace, "Secret", ref.name)[ref.key] ?? "";
  const variables = spec.templates.podTemplates[0]?.spec.containers[0]?.env ?? [];
  const home = former?.process.spec.home ?? (await tempHome("recover-account-clickhouse"));
  const base = clickhouseServer({
    name: `${region}/${name}`,
    home,
    httpPort: ports.http,
    tcpPort: ports.tcp,
    admin: { username: "unused", password: "unused" },
    zookeeper: configuration.zookeeper.nodes.map((node) => `${node.host}:${String(node.port)}`),
  });
  const server: ProcessSpec = {
    ...base,
    argv: inside(hosts, [...base.argv, address]),
    env: {
      ...base.env,
      AWS_ACCESS_KEY_ID: accountKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: accountKeys.secretAccessKey,
      ...Object.fromEntries(
        variables.map((each) => [each.name, secretOf(each.valueFrom.secretKeyRef)]),
      ),
    },
    files: [
      ...(base.files ?? []).map((file) => ({
        ...file,
        content: file.content.replaceAll("<ip>127.0.0.1</ip>", "<ip>127.0.0.0/8</ip>"),
      })),
      ...Object.entries(configuration.files)
        .filter(([path]) => path !== "users.d/remove-default-user.xml")
        .map(([path, content]) => ({
          path: join("conf", path),
          content: content.replaceAll("SCRAM-SHA-512", "PLAIN"),
        })),
      {
        path: "conf/config.d/00-authorities.xml",
        content:
          "<clickhouse><openSSL><client><loadDefaultCAFile>false</loadDefaultCAFile>" +
          "<caConfig>/etc/ssl/certs/ca-certificates.crt</caConfig></client></openSSL></clickhouse>",
      },
      {
        path: "conf/users.d/operator.xml",
        content: usersXml(configuration.users, configuration.profiles, secretOf),
      },
    ],
    ports: {},
    health: { kind: "http", url: `http://${address}:${String(ports.http)}/ping`, contains: "Ok" },
  };
  // A pod with another template: the same volume, a new server.
  await former?.process.stop();
  clickhouse.set(name, { process: await startProcess(server), address });
}

type SecretOf = (ref: { readonly name: string; readonly key: string }) => string;

/** Paths of settings as elements, a list as the element again and again: what the operator renders. */
function usersXml(users: Settings, profiles: Settings, secretOf: SecretOf): string {
  const root: Tree = {};
  for (const [section, settings] of Object.entries({ users, profiles })) {
    for (const [path, value] of Object.entries(settings)) {
      put(root, [section, ...path.split("/")], valuesOf(path, value, secretOf));
    }
  }
  return `<clickhouse>${render(root)}</clickhouse>`;
}

function valuesOf(path: string, value: unknown, secretOf: SecretOf): readonly string[] {
  if (path.endsWith("/networks/ip")) return ["127.0.0.0/8"];
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === "object" && value !== null) {
    const { valueFrom } = value as {
      valueFrom: { secretKeyRef: { name: string; key: string } };
    };
    return [secretOf(valueFrom.secretKeyRef)];
  }
  return [String(value)];
}

interface Tree {
  [name: string]: Tree | readonly string[];
}

function put(tree: Tree, [name = "", ...rest]: readonly string[], values: readonly string[]): void {
  if (rest.length === 0) {
    tree[name] = values;
    return;
  }
  const below = (tree[name] ?? {}) as Tree;
  tree[name] = below;
  put(below, rest, values);
}

function render(tree: Tree): string {
  return Object.entries(tree)
    .map(([name, content]) =>
      Array.isArray(content)
        ? content.map((value: string) => `<${name}>${value}</${name}>`).join("")
        : `<${name}>${render(content as Tree)}</${name}>`,
    )
    .join("");
}
