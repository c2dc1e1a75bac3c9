import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "./lease.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Being told to stop ends a pause; the caller looks at the signal.
      if (signal?.aborted !== true) throw error;
    }
  },
};
