import { type ActivityEvent, decodeEvent } from "@gastown/convoy-core";
import { createTail, type Exit, startGroup } from "@gastown/process";
import { createLineSplitter } from "./lines.ts";

const STDERR_LIMIT = 4096;
const GRACE = 2000;
const DRAIN = 200;
/** What listens must change nothing: bd would start a daemon of the town that outlives us, migrates and exports. */
const NO_DAEMON = { BEADS_AUTO_START_DAEMON: "false" };

/** What one chunk of the stream held. */
export interface Batch {
  readonly events: readonly ActivityEvent[];
  /** Lines that were no event of bd's. */
  readonly rejected: number;
  /** Lines over the limit. */
  readonly oversized: number;
}

/** How a run of the stream ended. */
export interface RunEnd extends Exit {
  /** The last of what it said on stderr. */
  readonly stderr: string;
}

export interface FollowOptions {
  readonly bd: string;
  readonly town: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onBatch: (batch: Batch) => void;
  readonly onStart?: ((pid: number) => void) | undefined;
  /** How long its output is read when it has ended and another process holds the pipe, in milliseconds; 200 by default. */
  readonly drain?: number;
}

/** Runs `bd activity --follow --town --json` once, until it ends or the signal is aborted. Leaves no process behind. */
export async function followOnce({
  bd,
  town,
  env,
  signal,
  onBatch,
  onStart,
  drain = DRAIN,
}: FollowOptions): Promise<RunEnd> {
  const options = { cwd: town, env: { ...env, ...NO_DAEMON } };
  const group = startGroup(bd, ["activity", "--follow", "--town", "--json"], options);
  if (group.pid !== undefined) onStart?.(group.pid);
  const stderr = createTail(STDERR_LIMIT);
  const splitter = createLineSplitter();
  let oversized = 0;
  const hand = (lines: readonly string[]): void => {
    const batch = decodeLines(lines, splitter.oversized - oversized);
    oversized = splitter.oversized;
    if (batch.events.length + batch.rejected + batch.oversized > 0) onBatch(batch);
  };
  const closed = Promise.withResolvers<void>();
  group.stdout
    .on("data", (chunk: Uint8Array) => hand(splitter.push(chunk)))
    .on("error", ignore)
    .once("close", closed.resolve);
  group.stderr.on("data", stderr.push).on("error", ignore);

  const stop = (): void => void group.end(GRACE);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const exit = await group.exited;
    // A process it left behind may hold the pipe: what it wrote is read, what it may write later is not waited for.
    const patience = setTimeout(closed.resolve, drain);
    await closed.promise;
    clearTimeout(patience);
    hand(splitter.end());
    return { ...exit, stderr: stderr.text() };
  } finally {
    signal.removeEventListener("abort", stop);
    group.sweepUp();
  }
}

function decodeLines(lines: readonly string[], oversized: number): Batch {
  const events: ActivityEvent[] = [];
  let rejected = 0;
  for (const line of lines) {
    const decoded = decodeEvent(line);
    if (decoded.kind === "event") events.push(decoded.event);
    else if (decoded.kind === "rejected") rejected += 1;
  }
  return { events, rejected, oversized };
}

function ignore(): void {}
