import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { WatchRecord } from "@gastown/convoy-core";

/** The records of a watcher, and a way to wait for one. */
export interface Records {
  /** The first record that matches, of those so far or to come; undefined when they end, or `ms` pass, without one. */
  until(matches: (record: WatchRecord) => boolean, ms: number): Promise<WatchRecord | undefined>;
}

interface Waiting {
  readonly matches: (record: WatchRecord) => boolean;
  readonly end: (record?: WatchRecord) => void;
}

/** Reads the records that `watch --json` prints. */
export function recordsOf(
  stdout: Readable,
  onRecord: (record: WatchRecord, line: string) => void,
  signal: AbortSignal,
): Records {
  const records: WatchRecord[] = [];
  const waiting = new Set<Waiting>();
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const one of waiting) one.end();
  };
  stdout.on("error", end).once("close", end);
  signal.addEventListener("abort", end, { once: true });
  createInterface({ input: stdout }).on("line", (line) => {
    const record = parse(line);
    if (record === undefined) return;
    records.push(record);
    onRecord(record, line);
    for (const one of waiting) if (one.matches(record)) one.end(record);
  });

  return {
    until: (matches, ms) =>
      new Promise((resolve) => {
        const known = records.find(matches);
        if (known !== undefined || ended || signal.aborted) return resolve(known);
        const timer = setTimeout(() => one.end(), ms);
        const one: Waiting = {
          matches,
          end(record) {
            clearTimeout(timer);
            waiting.delete(one);
            resolve(record);
          },
        };
        waiting.add(one);
      }),
  };
}

/** The last line of a watcher that was killed may be cut. */
function parse(line: string): WatchRecord | undefined {
  try {
    return JSON.parse(line) as WatchRecord;
  } catch {
    return undefined;
  }
}
