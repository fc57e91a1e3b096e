import { type ConvoySnapshot, messageOf, printable, type Reporter, type WatchRecord } from "@gastown/convoy-core";
import { runCommand, toolEnvironment } from "@gastown/process";
import { type IssueView, issueView } from "./issue-view.ts";

/** Longest time one run may take, in milliseconds. */
const TIMEOUT = 30_000;
const AT_ONCE = 4;
/** Landings that may wait for their turn; beyond that they are told of, and left out. */
const WAITING = 100;

type Landed = WatchRecord & { readonly event: "landed" };

export interface LandHookOptions {
  readonly command: readonly [string, ...string[]];
  readonly town: string;
  readonly env: NodeJS.ProcessEnv;
  /** Reads a landed convoy again, for what it tracked. */
  readonly read: (convoy: string) => Promise<ConvoySnapshot | undefined>;
  readonly report: Reporter;
  /** Ends the runs under way, and starts no more. */
  readonly kill: AbortSignal;
  /** Other limits than the usual ones, in milliseconds and runs. */
  readonly limits?: { readonly timeout?: number; readonly atOnce?: number; readonly waiting?: number };
}

/** A command of the user's, run for each landed convoy. */
export interface LandHook {
  landed(record: Landed): void;
  /** Settles when all runs are over. Never rejects. */
  idle(): Promise<void>;
}

/**
 * Runs a command for each landed convoy, without a shell: the convoy as JSON on its stdin, and `CONVOY_ID`,
 * `CONVOY_TITLE` and `TOWN` in its environment. Whatever becomes of it, a warning is the worst.
 */
export function createLandHook(options: LandHookOptions): LandHook {
  const { report, kill, limits = {} } = options;
  const { atOnce = AT_ONCE, waiting = WAITING } = limits;
  const queue: { readonly record: Landed; readonly time: string }[] = [];
  const running = new Set<Promise<void>>();
  let left = 0;

  const next = (): void => {
    while (!kill.aborted && running.size < atOnce) {
      const turn = queue.shift();
      if (turn === undefined) break;
      const run = runFor(options, turn.record, turn.time).finally(() => {
        running.delete(run);
        next();
      });
      running.add(run);
    }
    if (running.size === 0 && left > 0) {
      report({
        event: "warning",
        message: `the on-land command was left out for ${left} convoy(s): more than ${waiting} were waiting for it`,
      });
      left = 0;
    }
  };

  return {
    landed(record) {
      if (queue.length >= waiting) left += 1;
      else queue.push({ record, time: new Date().toISOString() });
      next();
    },
    async idle() {
      while (running.size > 0) await Promise.race(running);
    },
  };
}

async function runFor(options: LandHookOptions, { convoy, title, ms, by }: Landed, time: string): Promise<void> {
  const { command, town, env, read, report, kill, limits = {} } = options;
  const timeout = limits.timeout ?? TIMEOUT;
  const [program, ...args] = command;
  try {
    const tracked = await trackedBy(read, convoy);
    const ended = await runCommand(program, args, {
      cwd: town,
      env: { ...toolEnvironment(env), CONVOY_ID: printable(convoy), CONVOY_TITLE: printable(title), TOWN: town },
      input: `${JSON.stringify({ time, event: "landed", town, convoy, title, ms, by, tracked })}\n`,
      timeout,
      signal: kill,
    });
    const said = ended.output === "" ? "" : `: ${ended.output}`;
    if (ended.failure !== undefined)
      fail(report, convoy, ended.failure.code === "ENOENT" ? `there is no program ${program}` : ended.failure.message);
    else if (ended.timedOut) fail(report, convoy, `it was stopped after ${timeout / 1_000} s${said}`);
    else if (ended.signal !== undefined) fail(report, convoy, `it was ended by ${ended.signal}${said}`);
    else if (ended.exitCode !== 0) fail(report, convoy, `exit status ${ended.exitCode}${said}`);
  } catch (error) {
    fail(report, convoy, messageOf(error));
  }
}

function fail(report: Reporter, convoy: string, why: string): void {
  report({
    event: "warning",
    message: `the on-land command failed for ${convoy}: ${why}`,
    hint: "the convoy has landed all the same",
  });
}

/** What it tracked; null when it cannot be read. */
async function trackedBy(read: LandHookOptions["read"], convoy: string): Promise<readonly IssueView[] | null> {
  try {
    return (await read(convoy))?.tracked.map(issueView) ?? null;
  } catch {
    return null;
  }
}
