/** Domain of AWS's services in a region. https://docs.aws.amazon.com/general/latest/gr/rande.html */
export function awsDomain(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

/** Where an S3 server is, without a slash at the end; AWS's own of the region when nobody says. */
export function s3Endpoint(of: {
  readonly endpoint?: string | undefined;
  readonly region: string;
}): string {
  return (of.endpoint ?? `https://s3.${of.region}.${awsDomain(of.region)}`).replace(/\/$/, "");
}
