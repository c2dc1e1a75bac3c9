import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { extname } from "node:path";

/** The connector's code: a release file of lensesio/stream-reactor, which is no part of this project. */
export interface ConnectorPlugin {
  /** A `.zip` or `.jar` on this machine. */
  readonly path: string;
  /** 64 hexadecimal digits, of the very file that was tested. */
  readonly sha256: string;
  /**
   * Whether its S3 client sends a checksum with every PUT, which a bucket with default retention asks for.
   * Releases with an AWS SDK before 2.30 do not (`Dependencies.scala`: 2.29.52 in May 2026).
   * @default false
   */
  readonly sendsChecksums?: boolean;
}

const releases = "https://github.com/lensesio/stream-reactor/releases";

/**
 * Checks that the file is there and is the pinned one; in previews too.
 *
 * @throws Error that says what to do
 */
export function checkPlugin(plugin: ConnectorPlugin): { readonly contentType: "ZIP" | "JAR" } {
  const { path, sha256 } = plugin;
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new Error(
      `archive.plugin.sha256 is "${sha256}", which is no SHA-256 (64 lower-case hexadecimal digits): the file ` +
        `would not be pinned. Write what \`sha256sum ${path}\` prints for the file that you tested.`,
    );
  }
  const contentType = { ".zip": "ZIP", ".jar": "JAR" }[extname(path).toLowerCase()];
  if (contentType !== "ZIP" && contentType !== "JAR") {
    throw new Error(
      `archive.plugin.path is ${path}: MSK Connect takes a .zip or a .jar. Pack the connector's folder as a ` +
        `zip, or take the release's own (${releases}).`,
    );
  }
  const found = sha256Of(path);
  if (found === undefined) {
    throw new Error(
      `archive.plugin.path names ${path}, and there is no such file: without the connector's code nothing is ` +
        `archived. Download the S3 connector's release from ${releases} to that path, or choose the archive of kind ` +
        '"firehose", which needs none.',
    );
  }
  if (found !== sha256) {
    throw new Error(
      `${path} has the SHA-256 ${found}, and archive.plugin.sha256 is ${sha256}: it is another file than the ` +
        "one that was pinned. Download the pinned release again, or, after testing the new one, write its sum.",
    );
  }
  return { contentType };
}

/** In pieces: a plugin has hundreds of megabytes. */
function sha256Of(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(1 << 20);
    for (;;) {
      const size = readSync(file, buffer);
      if (size === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, size));
    }
  } finally {
    closeSync(file);
  }
}
