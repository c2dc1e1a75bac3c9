import { pbkdf2, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Base, ScramMechanisms } from "@platformatic/kafka";
import type {
  Admin,
  alterUserScramCredentialsV0 as Alter,
  describeUserScramCredentialsV0 as Describe,
} from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { apiOf, brokerErrorName, clientOptions, everyBroker } from "./client.ts";

export interface ScramLogin {
  readonly username: string;
  readonly password: string;
}

const ITERATIONS = 8192;
/** How long a login may take to be known to every broker. */
const PROPAGATION_MS = 10_000;
/** Error code 91: a login that does not exist (Kafka protocol guide). */
const RESOURCE_NOT_FOUND = 91;

/** The SCRAM logins that this platform declares. */
export function declaredLogins(kafka: KafkaConnection): ScramLogin[] {
  return [kafka.admin, kafka.producer, kafka.archiver].filter((login) => login !== undefined);
}

/** Names of the SCRAM logins that the connection knows, sorted: on MSK they are Secrets Manager's. */
export function knownLogins(kafka: KafkaConnection): string[] {
  const { consumer, formerConsumers } = kafka;
  const consumers = [consumer, ...formerConsumers].filter((login) => login?.kind === "scram");
  const names = [
    ...declaredLogins(kafka).map(({ username }) => username),
    ...consumers.map((login) => login.name),
  ];
  return [...new Set(names)].sort();
}

/**
 * Creates the SCRAM-SHA-512 logins or sets their passwords, and waits until every broker lets each
 * of them in. A session that is open with an old password stays open.
 */
export async function ensureLogins(
  admin: Admin,
  kafka: KafkaConnection,
  logins: readonly ScramLogin[],
): Promise<void> {
  const missing = await Promise.all(
    logins.map(async (login) => ((await canLogin(kafka, login)) ? [] : [login])),
  );
  const wanted = missing.flat();
  if (wanted.length === 0) return;
  const upsertions = await Promise.all(wanted.map(salted));
  const alter = await alterCall(admin);
  await alter.async(await controllerConnection(admin), [], upsertions);
  for (const login of wanted) await untilKnown(kafka, login);
}

/** Names of every SCRAM login of the cluster, sorted. */
export async function listLogins(admin: Admin): Promise<string[]> {
  const describe = await apiOf<
    Describe.DescribeUserScramCredentialsRequest,
    Describe.DescribeUserScramCredentialsResponse
  >(admin, "DescribeUserScramCredentials");
  const answer = await describe.async(await controllerConnection(admin), []);
  return answer.results
    .filter((result) => result.errorCode !== RESOURCE_NOT_FOUND)
    .map((result) => result.user)
    .sort();
}

function alterCall(admin: Admin) {
  return apiOf<Alter.AlterUserScramCredentialsRequest, Alter.AlterUserScramCredentialsResponse>(
    admin,
    "AlterUserScramCredentials",
  );
}

/** In ZooKeeper mode only the controller takes these calls. */
async function controllerConnection(admin: Admin) {
  const brokers = await everyBroker(admin);
  const controller = admin.currentMetadata?.controllerId;
  const connection = controller === undefined ? undefined : brokers.get(controller);
  if (connection === undefined) {
    throw new UserError(
      "the Kafka cluster has no controller at the moment: its logins cannot be changed. Wait until " +
        "its brokers are up (`pulumi up`), then run this again.",
    );
  }
  return connection;
}

async function salted(login: ScramLogin) {
  const salt = randomBytes(32);
  return {
    name: login.username,
    mechanism: ScramMechanisms.SCRAM_SHA_512,
    iterations: ITERATIONS,
    salt,
    saltedPassword: await promisify(pbkdf2)(login.password, salt, ITERATIONS, 64, "sha512"),
  };
}

async function untilKnown(kafka: KafkaConnection, login: ScramLogin): Promise<void> {
  const deadline = Date.now() + PROPAGATION_MS;
  while (!(await canLogin(kafka, login))) {
    if (Date.now() > deadline) {
      throw new UserError(
        `the login ${login.username} was created, but not every broker of ${kafka.bootstrap} lets it ` +
          `in after ${String(PROPAGATION_MS / 1000)} s. Is each of them up, with the SCRAM listener there?`,
      );
    }
    await sleep(100);
  }
}

/** Whether every broker of the SCRAM listener lets this login in. */
async function canLogin(kafka: KafkaConnection, login: ScramLogin): Promise<boolean> {
  for (const bootstrap of kafka.bootstrap.split(",")) {
    const client = new Base({
      ...clientOptions({ ...kafka, bootstrap }, { kind: "scram", ...login }),
      retries: 0,
    });
    try {
      await client.listApis();
    } catch (error) {
      if (brokerErrorName(error) === "SASL_AUTHENTICATION_FAILED") return false;
      if ((error as { code?: string }).code === "PLT_KFK_NETWORK") return false;
      throw error;
    } finally {
      await client.close();
    }
  }
  return true;
}
