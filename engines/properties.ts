/**
 * A Java properties file, one `key=value` a line. Keys are plain names of settings. Values are escaped as `java.util.Properties.load`
 * reads them, so that a PEM (several lines) or a password with `\` or `!` arrives unchanged.
 */
export function renderProperties(
  entries: Readonly<Record<string, string | number | boolean>>,
): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${escapeValue(String(value))}\n`)
    .join("");
}

function escapeValue(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replaceAll("\f", "\\f")
    .replace(/^ /, "\\ ")
    .replace(
      /[^\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/**
 * One entry of a JAAS login configuration file.
 *
 * @throws {Error} for a quote, backslash or line break, which the format cannot carry safely
 */
export function renderJaas(
  section: string,
  module: string,
  options: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(options).map(([key, value]) => {
    if (/["\\\r\n]/.test(value)) {
      throw new Error(
        `the JAAS option ${key} holds a quote, a backslash or a line break: use letters, digits, - and _`,
      );
    }
    return `  ${key}="${value}"`;
  });
  return `${section} {\n  ${module} required\n${lines.join("\n")};\n};\n`;
}

/** Kafka's log: one file that cannot fill the disk. The path must be absolute. */
export function renderLog4j(file: string): string {
  return renderProperties({
    "log4j.rootLogger": "INFO, file",
    "log4j.appender.file": "org.apache.log4j.RollingFileAppender",
    "log4j.appender.file.File": file,
    "log4j.appender.file.MaxFileSize": "10MB",
    "log4j.appender.file.MaxBackupIndex": 2,
    "log4j.appender.file.layout": "org.apache.log4j.PatternLayout",
    "log4j.appender.file.layout.ConversionPattern": "%d{ISO8601} %p %m (%c)%n",
    "log4j.logger.kafka.request.logger": "WARN",
    "log4j.logger.kafka.authorizer.logger": "WARN",
  });
}

/** ZooKeeper's log, likewise. */
export function renderLogback(file: string): string {
  return `<configuration>
  <appender name="FILE" class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>${escapeXml(file)}</file>
    <encoder><pattern>%d{ISO8601} %p %m [%c]%n</pattern></encoder>
    <rollingPolicy class="ch.qos.logback.core.rolling.FixedWindowRollingPolicy">
      <fileNamePattern>${escapeXml(file)}.%i</fileNamePattern>
      <maxIndex>2</maxIndex>
    </rollingPolicy>
    <triggeringPolicy class="ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy">
      <maxFileSize>10MB</maxFileSize>
    </triggeringPolicy>
  </appender>
  <root level="INFO"><appender-ref ref="FILE"/></root>
</configuration>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
