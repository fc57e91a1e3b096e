import { open } from "node:fs/promises";
import type { GtKnowledge } from "@gastown/convoy-core";
import { runCommand } from "@gastown/process";

/** Longest time gt may take to say its help, in milliseconds. */
const PATIENCE = 5_000;
/** How long what could not be found out is left at that, in milliseconds. */
const ASK_AGAIN_AFTER = 300_000;
const CHUNK = 1 << 20;
/** A program of ours that calls another one is no longer than this, in bytes. */
const SCRIPT = 1 << 16;

/** The key under which a gt since July 2026 notes that it has told people. No help text and no version number says so. */
const STAMP = "completion_notified_at";

/** What may be taken for granted of a gt that says nothing of itself: `check` is right for each of them, if slow. */
const UNKNOWN: GtKnowledge = { checkTakesId: true, stamps: false };

export interface GtProbeOptions {
  /** Absolute path of gt. */
  readonly gt: string;
  readonly town: string;
  readonly env: NodeJS.ProcessEnv;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly identity: () => string;
}

/** Finds out what a gt can do, once for each identity; what it could not find out it asks again, after a while. */
export function createGtProbe(options: GtProbeOptions): () => Promise<GtKnowledge> {
  let known: { readonly identity: string; readonly until: number; readonly answer: Promise<GtKnowledge> } | undefined;
  return () => {
    const identity = options.identity();
    if (known?.identity === identity && options.now() < known.until) return known.answer;
    const asked = probe(options);
    const answer = asked.then((found) => found ?? UNKNOWN);
    known = { identity, until: Number.POSITIVE_INFINITY, answer };
    void asked.then((found) => {
      if (found === undefined && known?.answer === answer)
        known = { identity, until: options.now() + ASK_AGAIN_AFTER, answer };
    });
    return answer;
  };
}

/** Undefined when gt does not say. Never rejects. */
async function probe({ gt, town, env }: GtProbeOptions): Promise<GtKnowledge | undefined> {
  const { signal } = new AbortController();
  const options = { cwd: town, env, timeout: PATIENCE, signal, grace: 500 };
  const { exitCode, output } = await runCommand(gt, ["convoy", "check", "--help"], options);
  if (exitCode !== 0 || !/\bgt convoy check\b/.test(output)) return undefined;
  return { checkTakesId: /^\s*gt convoy check .*\[convoy-id\]/m.test(output), stamps: await holdsStamp(gt) };
}

async function holdsStamp(gt: string): Promise<boolean> {
  try {
    return await holds(gt, STAMP, 1);
  } catch {
    return false;
  }
}

/** Whether the text is in the file, or in the program that a short script of this name executes. */
async function holds(path: string, text: string, scripts: number): Promise<boolean> {
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = Buffer.alloc(CHUNK + text.length);
  for (let at = 0; at < size; at += CHUNK) {
    const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
    if (bytes.subarray(0, bytesRead).includes(text)) return true;
  }
  if (size > SCRIPT || scripts === 0) return false;
  const next = /^\s*exec\s+['"]?(\/[^\s'"]+)/m.exec(bytes.toString("utf8", 0, size))?.[1];
  return next !== undefined && holds(next, text, scripts - 1);
}
