import type { HintChannel } from "@gastown/convoy-core";
import type { Batch } from "./follow.ts";

/** Tells of lines that were lost at the first, the tenth, the hundredth… */
export function createRejectTeller(channel: HintChannel): (batch: Batch) => void {
  let count = 0;
  let next = 1;
  return ({ rejected, oversized }) => {
    count += rejected + oversized;
    if (count < next) return;
    while (count >= next) next *= 10;
    channel.push({
      kind: "warning",
      message: `bd activity printed ${count} line(s) that are not events (${oversized > 0 ? "one was over 1 MiB" : "not JSON objects"}); what they may have said is found by the next sweep`,
    });
  };
}
