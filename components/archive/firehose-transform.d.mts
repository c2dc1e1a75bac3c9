/** What Firehose hands to its Lambda when the source is MSK. */
export interface MskFirehoseEvent {
  readonly invocationId: string;
  readonly sourceMSKArn: string;
  readonly deliveryStreamArn: string;
  readonly region: string;
  readonly records: readonly {
    readonly recordId: string;
    readonly approximateArrivalTimestamp: number;
    readonly mskRecordMetadata?: {
      readonly offset?: string;
      readonly partitionId?: string;
      readonly approximateArrivalTimestamp?: number | string;
    };
    /** Base64. */
    readonly kafkaRecordValue?: string | null;
  }[];
}

export interface MskFirehoseResponse {
  readonly records: readonly {
    readonly recordId: string;
    readonly result: "Ok" | "Dropped" | "ProcessingFailed";
    readonly kafkaRecordValue: string;
  }[];
}

export function transform(event: MskFirehoseEvent, topic: string | undefined): MskFirehoseResponse;
export function handler(event: MskFirehoseEvent): Promise<MskFirehoseResponse>;
