import {
  type ActivityEvent,
  type ActivitySource,
  backoff,
  type Clock,
  type HintChannel,
  hintsWhile,
  isReopening,
  type IssueChange,
  mayComplete,
  type SourceState,
  STREAM_BACKOFF,
} from "@gastown/convoy-core";
import { type Batch, createRejectTeller, followOnce, hasNoSuchCommand, inWords, type RunEnd } from "./follow.ts";

/** A run this long was healthy, in milliseconds: only then does the backoff start anew. */
export const HEALTHY_AFTER = 60_000;
/** A run this long without a word is taken to be connected, in milliseconds. */
const SETTLED_AFTER = 2_000;
/** How long to wait before looking for a `bd` that was missing, or one that has the command, in milliseconds. */
const LOOK_AGAIN_AFTER = 30_000;
/** How long to wait before looking for a daemon where there was none, in milliseconds. */
const LOOK_FOR_DAEMONS_AFTER = 5_000;

/** What the source needs. */
export interface BdSourceOptions {
  /** Root of the town, absolute. */
  readonly town: string;
  /** Absolute path of bd; undefined while there is none. Asked before each start. */
  readonly bd: () => string | undefined;
  /** Changes when the program behind the path is replaced. */
  readonly identity: (bd: string) => string;
  /** Whether any rig has a daemon that has something to tell; bd is started only then. Without it, always. */
  readonly hasDaemons?: () => Promise<boolean>;
  /** The environment bd gets, less what would lead it elsewhere. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** A number in [0, 1) for jitter. */
  readonly random: () => number;
  /** Told of the number of each bd that is started, and of its end. */
  readonly onRun?: (pid: number | undefined) => void;
}

/** A run of bd that is under way. */
interface Started {
  readonly startedAt: number;
  readonly controller: AbortController;
}

/**
 * `bd activity --follow --town --json`, kept alive. Closes and deletions become hints; every connection asks for a sweep,
 * because the stream says nothing of what happened while it was down.
 */
export function createBdSource(options: BdSourceOptions): ActivitySource {
  let run: Started | undefined;
  return {
    name: "bd",
    hints: (signal) =>
      hintsWhile(signal, (channel, until) => keepAlive(options, channel, until, (started) => (run = started))),
    doubt() {
      if (run !== undefined && options.clock.now() - run.startedAt >= HEALTHY_AFTER) run.controller.abort();
    },
  };
}

async function keepAlive(
  options: BdSourceOptions,
  channel: HintChannel,
  signal: AbortSignal,
  onStart: (run: Started) => void,
): Promise<void> {
  const { bd, identity, clock, random, hasDaemons = () => Promise.resolve(true) } = options;
  const tell = (state: SourceState, detail?: string): void =>
    channel.push({ kind: "state", state, ...(detail !== undefined && { detail }) });
  const onBatch = createRejectTeller(channel);
  let failures = 0;
  let first = true;
  while (!signal.aborted) {
    const path = bd();
    if (path === undefined) {
      tell("unavailable", "bd is not on PATH");
      await clock.sleep(LOOK_AGAIN_AFTER, signal);
      continue;
    }
    if (!(await hasDaemons())) {
      tell("unavailable", "no rig has a bd daemon that runs: there is nothing to follow");
      failures = 0;
      await clock.sleep(LOOK_FOR_DAEMONS_AFTER, signal);
      continue;
    }
    if (signal.aborted) return;
    const run: Started = { startedAt: clock.now(), controller: new AbortController() };
    onStart(run);
    // Said at once, so that nobody waits for a bd that is silent; of those that come later one is asked for when it is connected.
    if (first) channel.push({ kind: "sweep", reason: "the stream starts" });
    first = false;
    const end = await runOnce(path, options, channel, run, signal, onBatch);
    if (signal.aborted) return;
    if (run.controller.signal.aborted) continue;
    if (hasNoSuchCommand(end)) {
      tell("unavailable", `this bd has no "activity --town" (it came with beads 0.42 and went with 0.50)`);
      const before = identity(path);
      while (!signal.aborted && bd() === path && identity(path) === before) await clock.sleep(LOOK_AGAIN_AFTER, signal);
      failures = 0;
      continue;
    }
    tell("down", inWords(end));
    const healthy = clock.now() - run.startedAt >= HEALTHY_AFTER;
    failures = healthy ? 0 : failures + 1;
    if (!healthy) await clock.sleep(backoff(STREAM_BACKOFF, failures, random()), signal);
  }
}

/** Follows bd until it ends or the signal is aborted. It counts as connected with its first word, or when it stays silent. */
async function runOnce(
  bd: string,
  { town, env, clock, onRun }: BdSourceOptions,
  channel: HintChannel,
  run: Started,
  signal: AbortSignal,
  onBatch: (batch: Batch) => void,
): Promise<RunEnd> {
  const settled = new AbortController();
  let connected = false;
  const connect = (): void => {
    channel.push({ kind: "state", state: "up" });
    // One that ends at once has said nothing, and nothing was missed that the next sweep would not find.
    if (!connected) channel.push({ kind: "sweep", reason: "the stream starts" });
    connected = true;
  };
  void clock.sleep(SETTLED_AFTER, AbortSignal.any([signal, settled.signal])).then(() => {
    if (!settled.signal.aborted && !signal.aborted) connect();
  });
  try {
    return await followOnce({
      bd,
      town,
      env,
      signal: AbortSignal.any([signal, run.controller.signal]),
      onStart: onRun,
      onBatch(batch) {
        connect();
        onBatch(batch);
        const changes = batch.events.flatMap(toChange);
        if (changes.length > 0) channel.push({ kind: "issues", changes });
      },
    });
  } finally {
    settled.abort();
    onRun?.(undefined);
  }
}

function toChange(event: ActivityEvent): IssueChange[] {
  const { issue, timestamp: stamp } = event;
  if (mayComplete(event)) return [{ issue, closed: true, stamp }];
  return isReopening(event) ? [{ issue, closed: false, reopened: true }] : [];
}
