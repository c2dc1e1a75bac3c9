/** Domain of AWS's services in a region. https://docs.aws.amazon.com/general/latest/gr/rande.html */
export function awsDomain(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

/**
 * Second part of every ARN of a region.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
export function partitionOf(region: string): "aws" | "aws-cn" | "aws-us-gov" {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** Where an S3 server is, without a slash at the end; AWS's own of the region when nobody says. */
export function s3Endpoint(of: {
  readonly endpoint?: string | undefined;
  readonly region: string;
}): string {
  return (of.endpoint ?? `https://s3.${of.region}.${awsDomain(of.region)}`).replace(/\/$/, "");
}
