import zookeeper from "node-zookeeper-client";

/**
 * Waits until ZooKeeper has forgotten the last run of a broker: `node kafka-await.ts CONNECT ID`.
 * A broker that was killed keeps its znode until its session ends, and a new one that finds it there
 * gives up ("node already exists and owner does not match") instead of waiting. Ends 0 in any case:
 * what is still wrong after the wait, the broker itself says best.
 */
const PATIENCE_MS = 30_000;

const [connect = "", id = ""] = process.argv.slice(2);
const client = zookeeper.createClient(connect, { sessionTimeout: 10_000, retries: 0 });
const end = (): never => {
  client.close();
  process.exit(0);
};
setTimeout(end, PATIENCE_MS);

function look(): void {
  client.exists(`/brokers/ids/${id}`, (error, stat) => {
    // No chroot yet, or nobody registered: the way is free.
    if (error === null ? (stat as unknown) === null : error.name === "NO_NODE") end();
    setTimeout(look, 100);
  });
}

client.once("connected", look);
client.connect();
