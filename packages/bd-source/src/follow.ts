import { type ActivityEvent, decodeEvent, type HintChannel } from "@gastown/convoy-core";
import { createTail, type Exit, startGroup } from "@gastown/process";

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

/** Whether this bd does not know the command at all. */
export function hasNoSuchCommand({ stderr }: RunEnd): boolean {
  return /unknown command "activity"|unknown flag: --(follow|town|json)/.test(stderr);
}

/** How a run ended, in words, with the last of what bd said. */
export function inWords({ exitCode, signal, failure, stderr }: RunEnd): string {
  if (failure !== undefined) return failure.code === "ENOENT" ? "bd is not where it was" : failure.message;
  const how =
    signal === undefined
      ? `bd activity ended with exit status ${exitCode ?? "unknown"}`
      : `bd activity was ended by ${signal}`;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? how : `${how}: ${lines.slice(-3).join(" / ")}`;
}

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
