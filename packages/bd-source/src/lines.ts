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

/** Longest line that is kept, in UTF-16 units: bd's are a few hundred; nothing may make the watcher's memory grow. */
export const LINE_LIMIT: number = 1024 * 1024;

/** Splits a byte stream into lines. A line over the limit is dropped as it comes, and counted. */
export interface LineSplitter {
  /** The lines that this chunk ends. UTF-8 may be cut anywhere; what is not UTF-8 becomes U+FFFD. */
  push(chunk: Uint8Array): string[];
  /** The last line, if it had no end; empty otherwise. */
  end(): string[];
  /** Lines dropped so far. */
  readonly oversized: number;
}

/**
 * A splitter for one stream.
 *
 * @param limit longest line that is kept, in UTF-16 units; 1 Mi by default
 */
export function createLineSplitter(limit: number = LINE_LIMIT): LineSplitter {
  // A byte order mark is left in place: Deno takes one away wherever a chunk begins with it.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let partial = "";
  let dropping = false;
  let oversized = 0;

  const take = (text: string): string[] => {
    const lines = text.split("\n");
    const rest = lines.pop() ?? "";
    if (lines.length > 0) {
      lines[0] = partial + (lines[0] ?? "");
      partial = "";
      if (dropping) lines.shift();
      dropping = false;
    }
    partial = dropping ? "" : partial + rest;
    if (partial.length > limit) {
      oversized += 1;
      partial = "";
      dropping = true;
    }
    const kept = lines.filter((line) => line.length <= limit);
    oversized += lines.length - kept.length;
    return kept;
  };

  return {
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end() {
      const lines = take(decoder.decode());
      const last = dropping || partial === "" ? [] : [partial];
      partial = "";
      return [...lines, ...last];
    },
    get oversized() {
      return oversized;
    },
  };
}
