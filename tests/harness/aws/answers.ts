import type { Answer, Answers, Request } from "./endpoint.ts";
import { buckets } from "./s3.ts";
import { xml } from "./xml.ts";

/*
 * Answers in the wire formats of the services: EC2 and RDS in XML as the samples of their API references have
 * it, the others in JSON. Each says where its sample is.
 */

export const json = (value: unknown, status = 200): Answer => ({
  status,
  body: JSON.stringify(value),
  headers: { "content-type": "application/json" },
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ec2-api-intro.html */
export function ec2(operation: string, body: string): Answer {
  return xml(
    `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
      `<requestId>request-of-a-test</requestId>${body}</${operation}Response>`,
  );
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export function ec2Error(code: string, message: string, status = 403): Answer {
  return xml(
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>` +
      "<RequestID>request-of-a-test</RequestID></Response>",
    status,
  );
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html */
export function rds(operation: string, body: string): Answer {
  return query(operation, "http://rds.amazonaws.com/doc/2014-10-31/", body);
}

function query(operation: string, namespace: string, body: string): Answer {
  return xml(
    `<${operation}Response xmlns="${namespace}"><${operation}Result>${body}</${operation}Result>` +
      `<ResponseMetadata><RequestId>request-of-a-test</RequestId></ResponseMetadata></${operation}Response>`,
  );
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export function callerIdentity(account: string, role = "platform"): Answer {
  return query(
    "GetCallerIdentity",
    "https://sts.amazonaws.com/doc/2011-06-15/",
    `<Arn>arn:aws:sts::${account}:assumed-role/${role}/session</Arn><UserId>AROA:session</UserId>` +
      `<Account>${account}</Account>`,
  );
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_query-error-codes.html */
export function queryError(code: string, message: string, status = 403): Answer {
  return xml(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>` +
      "<RequestId>request-of-a-test</RequestId></ErrorResponse>",
    status,
  );
}

export const items = (all: readonly string[]) => all.map((each) => `<item>${each}</item>`).join("");
export const tags = (all: Readonly<Record<string, string>>) =>
  `<tagSet>${items(Object.entries(all).map(([key, value]) => `<key>${key}</key><value>${value}</value>`))}</tagSet>`;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html */
export function regions(status: Readonly<Record<string, string>>): Answer {
  const all = Object.entries(status).map(
    ([name, optIn]) =>
      `<regionName>${name}</regionName><regionEndpoint>ec2.${name}.amazonaws.com</regionEndpoint>` +
      `<optInStatus>${optIn}</optInStatus>`,
  );
  return ec2("DescribeRegions", `<regionInfo>${items(all)}</regionInfo>`);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html */
export function zones(region: string, letters: readonly string[], state = "available"): Answer {
  const all = letters.map(
    (letter) =>
      `<optInStatus>opt-in-not-required</optInStatus><zoneName>${region}${letter}</zoneName>` +
      `<zoneState>${state}</zoneState><zoneType>availability-zone</zoneType><regionName>${region}</regionName>`,
  );
  return ec2(
    "DescribeAvailabilityZones",
    `<availabilityZoneInfo>${items(all)}</availabilityZoneInfo>`,
  );
}

/** Every type that is asked for, in these zones; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html */
export function typeOfferings(offers: (type: string) => readonly string[]) {
  return ({ fields }: Request): Answer => {
    const wanted = Object.entries(fields).flatMap(([key, value]) =>
      key.startsWith("Filter.1.Value.") ? [String(value)] : [],
    );
    const all = wanted.flatMap((type) =>
      offers(type).map(
        (zone) =>
          `<instanceType>${type}</instanceType><location>${zone}</location>` +
          "<locationType>availability-zone</locationType>",
      ),
    );
    return ec2(
      "DescribeInstanceTypeOfferings",
      `<instanceTypeOfferingSet>${items(all)}</instanceTypeOfferingSet>`,
    );
  };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html */
export function orderable(
  versions: readonly string[],
  zoneNames: readonly string[],
  multiAz = true,
): (request: Request) => Answer {
  return ({ fields }) => {
    const options = versions.flatMap((version) =>
      ["gp2", "gp3"].map(
        (storage) =>
          `<OrderableDBInstanceOption><Engine>postgres</Engine><EngineVersion>${version}</EngineVersion>` +
          `<DBInstanceClass>${String(fields["DBInstanceClass"])}</DBInstanceClass>` +
          `<AvailabilityZones>${zoneNames.map((z) => `<AvailabilityZone><Name>${z}</Name></AvailabilityZone>`).join("")}</AvailabilityZones>` +
          `<MultiAZCapable>${String(multiAz)}</MultiAZCapable><Vpc>true</Vpc>` +
          `<SupportsStorageEncryption>true</SupportsStorageEncryption><StorageType>${storage}</StorageType>` +
          "</OrderableDBInstanceOption>",
      ),
    );
    return rds(
      "DescribeOrderableDBInstanceOptions",
      `<OrderableDBInstanceOptions>${options.join("")}</OrderableDBInstanceOptions>`,
    );
  };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeSourceRegions.html */
export function sourceRegions(supported: Readonly<Record<string, boolean>>): Answer {
  const all = Object.entries(supported).map(
    ([name, can]) =>
      `<SourceRegion><RegionName>${name}</RegionName><Status>available</Status>` +
      `<SupportsDBInstanceAutomatedBackupsReplication>${String(can)}</SupportsDBInstanceAutomatedBackupsReplication></SourceRegion>`,
  );
  return rds("DescribeSourceRegions", `<SourceRegions>${all.join("")}</SourceRegions>`);
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstanceAutomatedBackups.html */
export function automatedBackups(
  all: readonly { arn: string; instanceArn: string; status: string; latest?: string }[],
): Answer {
  const backups = all.map(
    ({ arn, instanceArn, status, latest }) =>
      `<DBInstanceAutomatedBackup><DBInstanceAutomatedBackupsArn>${arn}</DBInstanceAutomatedBackupsArn>` +
      `<DBInstanceArn>${instanceArn}</DBInstanceArn><Engine>postgres</Engine><EngineVersion>17.6</EngineVersion>` +
      `<DBInstanceIdentifier>${instanceArn.split(":").at(-1) ?? ""}</DBInstanceIdentifier><DbiResourceId>db-A</DbiResourceId>` +
      `<Status>${status}</Status><MasterUsername>recover_admin</MasterUsername><Port>5432</Port>` +
      "<AllocatedStorage>100</AllocatedStorage><StorageType>gp3</StorageType>" +
      (latest === undefined
        ? ""
        : `<RestoreWindow><EarliestTime>2026-01-01T00:00:00Z</EarliestTime><LatestTime>${latest}</LatestTime></RestoreWindow>`) +
      "</DBInstanceAutomatedBackup>",
  );
  return rds(
    "DescribeDBInstanceAutomatedBackups",
    `<DBInstanceAutomatedBackups>${backups.join("")}</DBInstanceAutomatedBackups>`,
  );
}

/** https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html */
export function serviceQuotas(values: Readonly<Record<string, number>>, otherwise = 1000) {
  return ({ fields }: Request): Answer => {
    const code = String(fields["QuotaCode"]);
    return json({
      Quota: {
        ServiceCode: fields["ServiceCode"],
        QuotaCode: code,
        Value: values[code] ?? otherwise,
      },
    });
  };
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html */
export function clusterVersions(status: Readonly<Record<string, string>>): Answer {
  return json({
    clusterVersions: Object.entries(status).map(([clusterVersion, versionStatus]) => ({
      clusterVersion,
      versionStatus,
      endOfStandardSupportDate: Date.parse("2027-03-27T00:00:00Z") / 1000,
    })),
  });
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html */
export function addonVersions(versions: Readonly<Record<string, string>>) {
  return ({ url }: Request): Answer => {
    const addonName = url.searchParams.get("addonName") ?? "";
    return json({
      addons: [{ addonName, addonVersions: [{ addonVersion: versions[addonName] }] }],
    });
  };
}

/** An account with nothing in it, in a region that has everything. */
export function emptyRegion(region: string, account: string): Answers {
  const letters = ["a", "b", "c"];
  const names = letters.map((letter) => `${region}${letter}`);
  const none = (operation: string, set: string) => ({
    [`ec2 ${operation}`]: ec2(operation, `<${set}/>`),
  });
  return {
    "sts GetCallerIdentity": callerIdentity(account),
    "ec2 DescribeRegions": regions({
      "eu-central-1": "opt-in-not-required",
      "eu-west-1": "opt-in-not-required",
    }),
    "ec2 DescribeAvailabilityZones": zones(region, letters),
    "ec2 DescribeInstanceTypeOfferings": typeOfferings(() => names),
    "ec2 DescribeInstanceTypes": ec2(
      "DescribeInstanceTypes",
      `<instanceTypeSet>${items(
        ["m7i.xlarge", "m6i.xlarge", "m6a.xlarge"].map(
          (type) =>
            `<instanceType>${type}</instanceType><vCpuInfo><defaultVCpus>4</defaultVCpus></vCpuInfo>`,
        ),
      )}</instanceTypeSet>`,
    ),
    "ec2 DescribeVpcEndpointServices": endpointServices(names),
    ...none("DescribeVpcs", "vpcSet"),
    ...none("DescribeInternetGateways", "internetGatewaySet"),
    ...none("DescribeNatGateways", "natGatewaySet"),
    ...none("DescribeSubnets", "subnetSet"),
    ...none("DescribeAddresses", "addressesSet"),
    ...none("DescribeInstances", "reservationSet"),
    "rds DescribeOrderableDBInstanceOptions": orderable(["16.9", "17.4", "17.6"], names),
    "rds DescribeSourceRegions": sourceRegions({ "eu-central-1": true, "eu-west-1": true }),
    "rds DescribeDBInstances": rds("DescribeDBInstances", "<DBInstances/>"),
    "rds DescribeDBInstanceAutomatedBackups": automatedBackups([]),
    // https://docs.aws.amazon.com/msk/1.0/apireference/kafka-versions.html, …/v2-clusters.html
    "kafka GET /v1/kafka-versions": json({
      kafkaVersions: [
        { version: "2.8.1", status: "DEPRECATED" },
        { version: "3.8.x.kraft", status: "ACTIVE" },
      ],
    }),
    "kafka GET /api/v2/clusters": json({ clusterInfoList: [] }),
    "eks GET /cluster-versions": clusterVersions({ "1.35": "STANDARD_SUPPORT" }),
    "eks GET /addons/supported-versions": addonVersions({
      "vpc-cni": "v1.21.1-eksbuild.7",
      "kube-proxy": "v1.35.3-eksbuild.2",
      "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
      coredns: "v1.13.2-eksbuild.4",
      "aws-ebs-csi-driver": "v1.58.0-eksbuild.1",
    }),
    "eks GET /clusters": json({ clusters: [] }),
    "servicequotas GetServiceQuota": serviceQuotas({}),
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
    "secretsmanager DescribeSecret": ({ fields }) =>
      json({ ARN: fields["SecretId"], Name: "ecr-pullthroughcache/hub" }),
    // https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html
    "firehose ListDeliveryStreams": json({
      DeliveryStreamNames: [],
      HasMoreDeliveryStreams: false,
    }),
    "s3 *": buckets({}),
  };
}

/** Each service that is asked for, in these zones. */
function endpointServices(zoneNames: readonly string[]) {
  return ({ fields }: Request): Answer => {
    const names = Object.entries(fields).flatMap(([key, value]) =>
      key.startsWith("Filter.1.Value.") ? [String(value)] : [],
    );
    const details = names.map(
      (name) =>
        `<serviceName>${name}</serviceName><availabilityZoneSet>${items(zoneNames)}</availabilityZoneSet>`,
    );
    return ec2(
      "DescribeVpcEndpointServices",
      `<serviceNameSet>${items(names)}</serviceNameSet><serviceDetailSet>${items(details)}</serviceDetailSet>`,
    );
  };
}
