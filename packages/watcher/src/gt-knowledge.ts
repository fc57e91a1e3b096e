import type { GtKnowledge } from "@gastown/convoy-core";
import { runCommand } from "@gastown/process";
import { GT_STAMPS_SINCE, isAtLeast } from "@gastown/town-files";
import { toolVersion } from "./find-tool.ts";

/** Longest time gt may take to say its help, in milliseconds. */
const PATIENCE = 10_000;
/** How long what could not be found out is left at that, in milliseconds. */
const ASK_AGAIN_AFTER = 300_000;

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
  const [{ exitCode, output }, version] = await Promise.all([
    runCommand(gt, ["convoy", "check", "--help"], options),
    toolVersion(gt, town, env),
  ]);
  if (exitCode !== 0 || !/\bgt convoy check\b/.test(output)) return undefined;
  const checkTakesId = /^\s*gt convoy check .*\[convoy-id\]/m.test(output);
  return { checkTakesId, stamps: version.kind === "known" && isAtLeast(version.numbers, GT_STAMPS_SINCE) };
}
