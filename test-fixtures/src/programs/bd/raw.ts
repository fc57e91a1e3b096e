import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { BdControl } from "../../control.ts";
import { out, stayAlive } from "../lib/stand-in.ts";

/** Bytes of a file to stdout as they are, in chunks. */
export const playRaw = async ({ raw }: BdControl): Promise<void> => {
  if (raw === undefined) return;
  const bytes = readFileSync(raw.file);
  const size = raw.chunkBytes ?? Math.max(bytes.length, 1);
  for (let from = 0; from < bytes.length; from += size) {
    out(bytes.subarray(from, from + size));
    await sleep(raw.delayMs ?? 0);
  }
  if (raw.end !== true) await stayAlive();
};
