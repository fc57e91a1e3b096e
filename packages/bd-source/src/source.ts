import {
  type ActivityEvent,
  type ActivitySource,
  backoff,
  type Clock,
  createHintChannel,
  type Hint,
  type HintChannel,
  isReopening,
  type IssueChange,
  mayComplete,
  STREAM_BACKOFF,
} from "@gastown/convoy-core";
import { type Batch, followOnce, type RunEnd } from "./follow.ts";

/** A run this long was healthy, in milliseconds: only then does the backoff start anew. */
export const HEALTHY_AFTER = 60_000;
/** A run this long without a word is taken to be connected, in milliseconds. */
const SETTLED_AFTER = 2_000;
/** How long to wait before looking for a `bd` that was missing, or one that has the command, in milliseconds. */
const LOOK_AGAIN_AFTER = 30_000;

/** What the source needs. */
export interface BdSourceOptions {
  /** Root of the town, absolute. */
  readonly town: string;
  /** Absolute path of bd; undefined while there is none. Asked before each start. */
  readonly bd: () => string | undefined;
  /** Changes when the program behind the path is replaced. */
  readonly identity: (bd: string) => string;
  /** The environment bd gets, less what would lead it elsewhere. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** A number in [0, 1) for jitter. */
  readonly random: () => number;
}

/**
 * `bd activity --follow --town --json`, kept alive. Closes and deletions become hints; every start asks for a sweep,
 * because the stream says nothing of what happened while it was down.
 */
export function createBdSource(options: BdSourceOptions): ActivitySource {
  let run: { readonly startedAt: number; readonly controller: AbortController } | undefined;
  return {
    name: "bd",
    hints(signal) {
      const channel = createHintChannel();
      const keep = async (): Promise<void> => {
        try {
          await keepAlive(options, channel, signal, (started) => (run = started));
        } finally {
          channel.end();
        }
      };
      return follow(channel, keep);
    },
    doubt() {
      if (run !== undefined && options.clock.now() - run.startedAt >= HEALTHY_AFTER) run.controller.abort();
    },
  };
}

async function* follow(channel: HintChannel, keep: () => Promise<void>): AsyncGenerator<Hint> {
  const keeping = keep();
  yield* channel;
  await keeping;
}

type Started = { readonly startedAt: number; readonly controller: AbortController };

async function keepAlive(
  { town, bd, identity, env, clock, random }: BdSourceOptions,
  channel: HintChannel,
  signal: AbortSignal,
  onStart: (run: Started) => void,
): Promise<void> {
  const tell = createStateTeller(channel);
  const reject = createRejectTeller(channel);
  let failures = 0;
  while (!signal.aborted) {
    const path = bd();
    if (path === undefined) {
      tell("unavailable", "bd is not on PATH");
      await clock.sleep(LOOK_AGAIN_AFTER, signal);
      continue;
    }
    const run: Started = { startedAt: clock.now(), controller: new AbortController() };
    onStart(run);
    channel.push({ kind: "sweep", reason: "the stream starts" });
    const settled = new AbortController();
    void clock.sleep(SETTLED_AFTER, AbortSignal.any([signal, settled.signal])).then(() => {
      if (!settled.signal.aborted && !signal.aborted) tell("up");
    });
    const end = await followOnce({
      bd: path,
      town,
      env,
      signal: AbortSignal.any([signal, run.controller.signal]),
      onBatch(batch) {
        tell("up");
        reject(batch);
        const changes = batch.events.flatMap(toChange);
        if (changes.length > 0) channel.push({ kind: "issues", changes });
      },
    });
    settled.abort();
    if (signal.aborted) return;
    if (run.controller.signal.aborted) continue;
    if (hasNoSuchCommand(end)) {
      tell("unavailable", `this bd has no "activity --town" (it came with beads 0.42 and went with 0.50)`);
      const before = identity(path);
      while (!signal.aborted && bd() === path && identity(path) === before) await clock.sleep(LOOK_AGAIN_AFTER, signal);
      failures = 0;
      continue;
    }
    tell("down", describe(end));
    const healthy = clock.now() - run.startedAt >= HEALTHY_AFTER;
    failures = healthy ? 0 : failures + 1;
    if (!healthy) await clock.sleep(backoff(STREAM_BACKOFF, failures, random()), signal);
  }
}

function toChange(event: ActivityEvent): IssueChange[] {
  const { issue, timestamp: stamp } = event;
  if (mayComplete(event)) return [{ issue, closed: true, stamp }];
  return isReopening(event) ? [{ issue, closed: false, reopened: true }] : [];
}

function hasNoSuchCommand({ stderr }: RunEnd): boolean {
  return /unknown command "activity"|unknown flag: --(follow|town|json)/.test(stderr);
}

function describe({ exitCode, signal, failure, stderr }: RunEnd): string {
  if (failure !== undefined) return failure.code === "ENOENT" ? "bd is not where it was" : failure.message;
  const how =
    signal === undefined
      ? `bd activity ended with exit status ${exitCode ?? "unknown"}`
      : `bd activity was ended by ${signal}`;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? how : `${how}: ${lines.slice(-3).join(" / ")}`;
}

/** Tells each state once; being down with another reason is news. */
function createStateTeller(channel: HintChannel): (state: "up" | "down" | "unavailable", detail?: string) => void {
  let told = "";
  return (state, detail) => {
    const now = `${state} ${detail ?? ""}`;
    if (now === told) return;
    told = now;
    channel.push({ kind: "state", state, ...(detail !== undefined && { detail }) });
  };
}

/** Tells of lines that were lost at the first, the tenth, the hundredth… */
function createRejectTeller(channel: HintChannel): (batch: Batch) => void {
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
