import { Admin, Base, kGetApi, MultipleErrors } from "@platformatic/kafka";
import type { API, BaseOptions, Connection as BrokerConnection } from "@platformatic/kafka";
import { Kafka, logLevel, type KafkaConfig } from "kafkajs";
import pRetry from "p-retry";
import { UserError } from "../command.ts";
import type { ConsumerLogin, KafkaConnection } from "../connection.ts";
import { mskToken } from "./msk-token.ts";

/** How a client says who it is. */
export type KafkaLogin =
  | { readonly kind: "scram"; readonly username: string; readonly password: string }
  | { readonly kind: "certificate"; readonly certificate: string; readonly privateKey: string }
  /** The AWS identity of this process, at MSK's listener for IAM. */
  | { readonly kind: "iam" };

/**
 * The superuser, by certificate where there is one: that works on a cluster that has no SCRAM login
 * yet, and on one whose logins were lost.
 *
 * @throws UserError when the connection holds neither
 */
export function adminLogin(kafka: KafkaConnection): KafkaLogin {
  if (kafka.adminCertificate) return { kind: "certificate", ...kafka.adminCertificate };
  if (kafka.admin) return { kind: "scram", ...kafka.admin };
  if (kafka.iam) return { kind: "iam" };
  throw new UserError(
    "the connection holds no Kafka administrator (`kafka.admin`, `kafka.adminCertificate` or `kafka.iam`): " +
      "this command changes or reads what only a superuser may. Use the stack's own connection.",
  );
}

/** ClickHouse's own login, to try what it may. */
export function consumerLogin(login: ConsumerLogin): KafkaLogin {
  if (login.kind === "scram") {
    return { kind: "scram", username: login.name, password: login.password };
  }
  return { kind: "certificate", certificate: login.certificate, privateKey: login.privateKey };
}

/**
 * Who looks at ClickHouse's group and moves its offsets while ingest is paused: the administrator, but where that
 * is an AWS identity ClickHouse's own login. ACLs do not bind who comes by IAM, so no IAM policy lets anybody but
 * fence and cursors at that group (`components/kafka/policies.ts`), and what acts for the consumer can do no
 * more than the consumer: a fence takes it away from both.
 */
export function groupLogin(kafka: KafkaConnection): KafkaLogin {
  const admin = adminLogin(kafka);
  return admin.kind === "iam" && kafka.consumer?.kind === "scram"
    ? consumerLogin(kafka.consumer)
    : admin;
}

/** @throws UserError for IAM at a cluster that has no listener for it */
export function brokersOf(kafka: KafkaConnection, login: KafkaLogin): string[] {
  if (login.kind === "iam") return iamOf(kafka).bootstrap.split(",");
  return (login.kind === "scram" ? kafka.bootstrap : kafka.tlsBootstrap).split(",");
}

function iamOf({ iam }: KafkaConnection): NonNullable<KafkaConnection["iam"]> {
  if (iam !== undefined) return iam;
  throw new UserError(
    "the connection names no listener for IAM (`kafka.iam`): only MSK has one. Use the stack's own " +
      "connection.",
  );
}

/** Who signs in at MSK's listener for IAM. */
const token = mskToken();

/** Whom to believe that they are the brokers; undefined: the connection is not encrypted. */
function tlsOf(kafka: KafkaConnection, login: KafkaLogin) {
  const authority = kafka.ca === "" ? {} : { ca: kafka.ca };
  switch (login.kind) {
    case "certificate":
      return { ...authority, cert: login.certificate, key: login.privateKey };
    case "iam":
      // AWS's own certificate, also where the cluster's other listeners have one of ours.
      return {};
    case "scram":
      return kafka.scramOver === "tls" ? authority : undefined;
  }
}

/** Options of every `@platformatic/kafka` client (admin calls, raw fetch). */
export function clientOptions(kafka: KafkaConnection, login: KafkaLogin): BaseOptions {
  const tls = tlsOf(kafka, login);
  return {
    clientId: "recover",
    bootstrapBrokers: brokersOf(kafka, login),
    connectTimeout: 5000,
    requestTimeout: 30_000,
    timeout: 20_000,
    // More is for `settled`: the library also tries a wrong password again.
    retries: 1,
    retryDelay: 300,
    ...(tls && { tls }),
    ...(login.kind === "scram" && {
      sasl: { mechanism: "SCRAM-SHA-512", username: login.username, password: login.password },
    }),
    ...(login.kind === "iam" && {
      sasl: { mechanism: "OAUTHBEARER", token: () => token(iamOf(kafka).region) },
    }),
  };
}

/** A `kafkajs` client: producers with transactions. */
export function kafkaJs(kafka: KafkaConnection, login: KafkaLogin, clientId = "recover"): Kafka {
  return new Kafka({
    ...kafkaJsLogin(kafka, login),
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5000,
    requestTimeout: 30_000,
    retry: { retries: 5, initialRetryTime: 100 },
  });
}

/** Address and login, as `kafkajs` takes them. */
export function kafkaJsLogin(
  kafka: KafkaConnection,
  login: KafkaLogin,
): Pick<KafkaConfig, "brokers" | "ssl" | "sasl"> {
  const common = { brokers: brokersOf(kafka, login), ssl: tlsOf(kafka, login) ?? false };
  if (login.kind === "certificate") return common;
  const sasl: KafkaConfig["sasl"] =
    login.kind === "scram"
      ? { mechanism: "scram-sha-512", username: login.username, password: login.password }
      : {
          mechanism: "oauthbearer",
          oauthBearerProvider: async () => ({ value: await token(iamOf(kafka).region) }),
        };
  return { ...common, sasl };
}

/**
 * An administrator for the time of `use`, with metadata that is not older than that.
 *
 * @throws UserError when no broker answers or the login is refused
 */
export async function withAdmin<T>(
  kafka: KafkaConnection,
  use: (admin: Admin) => Promise<T>,
  login: KafkaLogin = adminLogin(kafka),
): Promise<T> {
  const admin = new Admin(clientOptions(kafka, login));
  try {
    return await use(admin);
  } catch (error) {
    throw explainKafkaError(error, brokersOf(kafka, login));
  } finally {
    await admin.close();
  }
}

/** A call of the Kafka protocol that the library has, but no method of its clients uses. */
export async function apiOf<Request extends unknown[], Response>(
  client: Base,
  name: string,
): Promise<API<Request, Response>> {
  return new Promise((resolve, reject) => {
    client[kGetApi]<Request, Response>(name, (error, api) => {
      if (error) reject(error);
      else if (api) resolve(api);
    });
  });
}

/** A connection to every live broker, by its id. */
export async function everyBroker(client: Base): Promise<Map<number, BrokerConnection>> {
  await client.metadata({ topics: [], forceUpdate: true });
  return client.connectToBrokers();
}

/** Passing states of a cluster whose coordinators, controller or leaders move. */
const UNSETTLED = new Set([
  "COORDINATOR_NOT_AVAILABLE",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "NOT_COORDINATOR",
  "NOT_CONTROLLER",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_OR_FOLLOWER",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
  "REPLICA_NOT_AVAILABLE",
]);

/** Runs an idempotent call again, for up to 15 s, while the cluster is not settled. */
export async function settled<T>(call: () => Promise<T>): Promise<T> {
  return pRetry(call, {
    retries: Infinity,
    maxRetryTime: 15_000,
    minTimeout: 200,
    maxTimeout: 200,
    shouldRetry: ({ error }) => UNSETTLED.has(brokerErrorName(error)),
  });
}

/**
 * The broker's own name for a refusal (`GROUP_AUTHORIZATION_FAILED`, …), however deep the library
 * has wrapped it; for anything else its message.
 */
export function brokerErrorName(error: unknown): string {
  return findErrorName(error) ?? (error instanceof Error ? error.message : String(error));
}

function findErrorName(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 8) return undefined;
  const { apiId, type } = error as { apiId?: unknown; type?: unknown };
  if (typeof apiId === "string") return apiId;
  if (typeof type === "string") return type;
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  for (const each of [...inner, error.cause]) {
    const name = findErrorName(each, depth + 1);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Innermost messages: the outer ones only say that something failed. */
function leafMessages(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (inner.length > 0 && depth < 8) {
    return inner.flatMap((each) => leafMessages(each, depth + 1));
  }
  if (error.cause instanceof Error && depth < 8) return leafMessages(error.cause, depth + 1);
  return [error.message];
}

function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  if ((error as { code?: unknown }).code === code) return true;
  const inner = MultipleErrors.isMultipleErrors(error) ? (error.errors as unknown[]) : [];
  return [...inner, error.cause].some((each) => each !== undefined && hasCode(each, code));
}

function explainKafkaError(error: unknown, brokers: readonly string[]): unknown {
  if (error instanceof UserError) return error;
  const why = [...new Set(leafMessages(error))].slice(0, 3).join("; ");
  if (hasCode(error, "PLT_KFK_AUTHENTICATION")) {
    return new UserError(
      `Kafka (${brokers.join(", ")}) refuses the login: ${why}. The password or certificate is not ` +
        "the one that this cluster knows. Take the connection of the stack that made the cluster.",
    );
  }
  const name = brokerErrorName(error);
  if (name.endsWith("_AUTHORIZATION_FAILED")) {
    return new UserError(
      `Kafka refuses this to the login that asked: ${name}. The rules are as strict as they are on ` +
        "purpose; see `kafka-topology` for who may do what, and use the login that may.",
    );
  }
  if (hasCode(error, "PLT_KFK_NETWORK") || hasCode(error, "PLT_KFK_TIMEOUT")) {
    return new UserError(
      `Kafka (${brokers.join(", ")}) does not answer: ${why}. Is every broker up (\`pulumi up\` ` +
        "starts those that are not), and is the address right?",
    );
  }
  return error;
}
