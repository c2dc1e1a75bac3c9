import type { ScramLogin } from "../../scripts/kafka/scram.ts";
import type { Account } from "./account.ts";
import { startArchiver } from "./archiver.ts";
import { startInstallation } from "./clickhouse.ts";
import { Msk } from "./kafka.ts";
import { Rds } from "./postgres.ts";
import { postgresqlMakers } from "./postgresql.ts";
import { isRegion } from "./regions.ts";
import { consumerOf } from "./side.ts";
import type { Maker, Told } from "./world.ts";
import { startEnsemble } from "./zookeeper.ts";

/** The master's password, as the stand-in for Secrets Manager tells it (tests/standins/answers.ts). */
const master = { username: "recover_admin", password: "canary-of-a-master" };

/** What is made for good of the types that an engine stands behind. */
export function makersOf(account: Account): Readonly<Record<string, Maker>> {
  const at = (told: Told) => account.side(told.stack);
  const bucket = (told: Told) => account.s3(isRegion(told.region) ? told.region : "eu-west-1");
  const once =
    (make: Maker): Maker =>
    (told) =>
      told.method === "create" ? make(told) : undefined;
  const keep: Maker = (told) => {
    at(told).objects.keep(told);
    return undefined;
  };
  return {
    ...postgresqlMakers(({ stack }) => {
      const { rds } = account.side(stack);
      if (rds === undefined) throw new Error("there is no database yet");
      return { rds, master };
    }),
    "aws:s3/bucket:Bucket": once((told) => bucket(told).makeBucket(told)),
    "aws:s3/bucketVersioning:BucketVersioning": once((told) => bucket(told).keepVersions(told)),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": once((told) =>
      bucket(told).lock(told),
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": once((told) => bucket(told).putFile(told)),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": once((told) => {
      account.replicate(told);
      return undefined;
    }),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (told) => {
      at(told).accounts.add(String(told.inputs["serviceAccount"]));
      return undefined;
    },
    "aws:msk/configuration:Configuration": once((told) => {
      at(told).configuration = String(told.inputs["serverProperties"]);
      return undefined;
    }),
    "aws:msk/cluster:Cluster": once(async (told) => {
      const side = at(told);
      const { region, configuration } = side;
      const plain = [await consumerOf(side)];
      const place = { region, hosts: account.hosts, issued: account.issued };
      side.msk = await Msk.start({ ...place, configuration, plain });
      const { scram, iam } = side.msk;
      return { bootstrapBrokersSaslScram: scram, bootstrapBrokersSaslIam: iam };
    }),
    "aws:secretsmanager/secret:Secret": once(({ region, inputs }) => {
      // Its id is its ARN, as AWS has it.
      const arn = `arn:aws:secretsmanager:${region}:123456789012:secret:${String(inputs["name"])}-AbCdEf`;
      return { id: arn, arn };
    }),
    "aws:secretsmanager/secretVersion:SecretVersion": (told) => {
      const { secretId, secretString } = told.inputs;
      if (typeof secretString === "string" && secretString.includes('"username"')) {
        at(told).secrets.set(String(secretId), JSON.parse(secretString) as ScramLogin);
      }
      return undefined;
    },
    "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation": once(async (told) => {
      const { secrets, msk } = at(told);
      const arn = String(told.inputs["secretArn"]);
      const login = secrets.get(arn);
      if (login === undefined) throw new Error(`no secret ${arn}`);
      await msk?.admit(login);
      return undefined;
    }),
    "aws:mskconnect/connector:Connector": async (told) => {
      const side = at(told);
      // A changed configuration, as of a new epoch: the connector starts anew and goes on.
      await side.archiver?.stop();
      if (told.method === "delete") return;
      const { region, msk } = side;
      const ownerOf = (epoch: number) => account.ownerOf(epoch);
      const place = { region, msk, control: account.control, ownerOf };
      side.archiver = await startArchiver(told, place);
      return undefined;
    },
    "aws:rds/parameterGroup:ParameterGroup": (told) => {
      const { parameters } = told.inputs as { parameters: { name: string; value: string }[] };
      at(told).parameters = Object.fromEntries(parameters.map((each) => [each.name, each.value]));
      return undefined;
    },
    "aws:rds/instance:Instance": once(async (told) => {
      const side = at(told);
      const { region } = side;
      const isNew = told.inputs["restoreToPointInTime"] === undefined;
      if (!isNew && account.backup === undefined) throw new Error("nothing was backed up");
      side.rds = await Rds.start({
        region,
        hosts: account.hosts,
        issued: account.issued,
        master,
        parameters: side.parameters,
        ...(isNew || account.backup === undefined ? {} : { from: account.backup }),
      });
      return { address: side.rds.address, port: side.rds.port };
    }),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": once(
      ({ region }) => ({
        id: `arn:aws:rds:${region}:123456789012:auto-backup:ab-0123456789abcdefghijklmnopqrstuvwx`,
      }),
    ),
    "kubernetes:core/v1:Secret": keep,
    "kubernetes:core/v1:ConfigMap": keep,
    "kubernetes:batch/v1:Job": (told) => at(told).pods.job(told),
    "kubernetes:batch/v1:CronJob": (told) => {
      at(told).pods.cronJob(told);
      return undefined;
    },
    "kubernetes:apps/v1:Deployment": (told) => {
      // The operator's own: what it does is done by its stand-in.
      return told.name.startsWith("operator") ? undefined : at(told).pods.deployment(told);
    },
    "kubernetes:apps/v1:StatefulSet": once(async (told) => {
      const side = at(told);
      const set = told.inputs as unknown as Parameters<typeof startEnsemble>[1];
      side.ensemble = await startEnsemble(side, set);
      return undefined;
    }),
    "kubernetes:clickhouse.altinity.com/v1:ClickHouseInstallation": async (told) => {
      if (told.method === "delete") {
        const { name } = told.inputs["metadata"] as { name: string };
        await at(told).clickhouse.get(name)?.process.stop();
        at(told).clickhouse.delete(name);
        return;
      }
      const installation = told.inputs as unknown as Parameters<typeof startInstallation>[1];
      await startInstallation(at(told), installation);
      return undefined;
    },
  };
}
