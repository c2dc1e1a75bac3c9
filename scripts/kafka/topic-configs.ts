import {
  ConfigResourceTypes,
  ConfigSources,
  IncrementalAlterConfigOperationTypes,
} from "@platformatic/kafka";
import type { Admin } from "@platformatic/kafka";

/** A topic's own settings: what differs from the broker's. */
export async function readTopicConfigs(
  admin: Admin,
  topic: string,
): Promise<Record<string, string>> {
  const [described] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }],
  });
  return Object.fromEntries(
    (described?.configs ?? [])
      .filter((config) => config.configSource === ConfigSources.TOPIC_CONFIG)
      .map((config) => [config.name, config.value ?? ""]),
  );
}

/** Sets those that are not yet so; settings that are not named stay as they are. */
export async function setTopicConfigs(
  admin: Admin,
  topic: string,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const present = await readTopicConfigs(admin, topic);
  const configs = Object.entries(wanted)
    .filter(([name, value]) => present[name] !== value)
    .map(([name, value]) => ({
      name,
      value,
      configOperation: IncrementalAlterConfigOperationTypes.SET,
    }));
  if (configs.length === 0) return;
  await admin.incrementalAlterConfigs({
    resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs }],
  });
}
