import {
  type Clock,
  type ConvoySnapshot,
  messageOf,
  printable,
  type Reporter,
  type WatchRecord,
} from "@gastown/convoy-core";
import { runCommand, toolEnvironment } from "@gastown/process";
import { type IssueView, issueView } from "./issue-view.ts";
import type { HookCommand } from "./settings-table.ts";

/** The ends that a command of the user's can be run for. */
export type HookEvent = "landed" | "stuck" | "closed" | "untold" | "down";

export type HookCommands = Readonly<Partial<Record<HookEvent, HookCommand | undefined>>>;

/** What a hook is told, in its environment and as JSON on its stdin. */
export interface HookCall {
  readonly event: HookEvent;
  readonly convoy?: string;
  readonly title?: string;
  /** The same in one line for people. */
  readonly message: string;
  /** The fields of the record behind it. */
  readonly [field: string]: unknown;
}

export interface HookOptions {
  readonly commands: HookCommands;
  readonly town: string;
  readonly env: NodeJS.ProcessEnv;
  /** Reads a convoy again, for what it tracked. */
  readonly read: (convoy: string) => Promise<ConvoySnapshot | undefined>;
  readonly report: Reporter;
  readonly clock: Clock;
  /** Ends the runs under way, and starts no more. */
  readonly kill: AbortSignal;
  /** Other limits than the usual ones, in milliseconds and runs. */
  readonly limits?: { readonly timeout?: number; readonly atOnce?: number; readonly waiting?: number };
}

/** Commands of the user's, run for what comes to an end. */
export interface Hooks {
  /** To be told of every record. */
  readonly report: Reporter;
  /** The watcher ends by a fault. */
  fail(error: unknown): void;
  /** Settles when all runs are over. Never rejects. */
  idle(): Promise<void>;
}

/** A source that is down for less is told of by its record only, in milliseconds. */
const DOWN_FOR = 60_000;

/** Runs the commands of these hooks. Whatever becomes of one, a warning is the worst. */
export function createHooks(options: HookOptions): Hooks {
  const { commands, clock, kill } = options;
  const runner = createHookRunner(options);
  const down = new Map<string, AbortController>();
  const call = (told: HookCall): void => {
    const command = commands[told.event];
    if (command !== undefined) runner.run(command, told);
  };

  const noteSource = ({ name, state, detail = "" }: WatchRecord & { event: "source" }): void => {
    down.get(name)?.abort();
    down.delete(name);
    if (state !== "down" || commands.down === undefined) return;
    const up = new AbortController();
    down.set(name, up);
    const since = new Date().toISOString();
    void clock.sleep(DOWN_FOR, AbortSignal.any([up.signal, kill])).then(() => {
      const message = `source ${name} has been down for a minute${detail === "" ? "" : `: ${detail}`}`;
      if (!up.signal.aborted && !kill.aborted) call({ event: "down", name, since, detail, message });
    });
  };

  return {
    report(record) {
      if (record.event === "source") noteSource(record);
      else for (const told of callsFor(record)) call(told);
    },
    fail(error) {
      const detail = messageOf(error);
      const message = `the watcher has ended: ${detail}`;
      call({ event: "down", name: "watcher", since: new Date().toISOString(), detail, message });
    },
    async idle() {
      for (const up of down.values()) up.abort();
      await runner.idle();
    },
  };
}

/** Which hooks a record of a convoy's end is for. */
function callsFor(record: WatchRecord): HookCall[] {
  switch (record.event) {
    case "landed":
      return [{ ...record, message: `${named(record)} has landed` }, ...untoldCalls(record)];
    case "closed": {
      const { by, done, total } = record;
      return [
        { ...record, message: `${named(record)} was closed by ${by} with ${done} of ${total} tracked issues closed` },
      ];
    }
    case "stuck": {
      const said = record.output.split("\n").at(-1) ?? "";
      return [{ ...record, message: `${named(record)} is stuck: ${said}` }];
    }
    default:
      return [];
  }
}

/** It has landed, and not everybody who waits for it was told. */
function untoldCalls(record: WatchRecord & { event: "landed" }): HookCall[] {
  const { told, untold = [] } = record;
  if (told !== "tried, not told" && told !== "closed, not told") return [];
  const who = untold.length === 0 ? "nobody was told" : `these were not told: ${untold.join(", ")}`;
  return [{ ...record, event: "untold", message: `${named(record)} has landed, but ${who}` }];
}

function named({ convoy, title }: { readonly convoy: string; readonly title: string }): string {
  return title === "" ? convoy : `${convoy} "${title}"`;
}

/** Longest time one run may take, in milliseconds. */
const TIMEOUT = 30_000;
const AT_ONCE = 4;
/** Runs that may wait for their turn; beyond that they are told of, and left out. */
const WAITING = 100;

interface Turn {
  readonly command: HookCommand;
  readonly call: HookCall;
  readonly time: string;
}

/**
 * Runs commands for what has happened, a few at once. What has happened is on the command's stdin as JSON, and in its
 * environment; nothing of it becomes a part of the command. Whatever becomes of it, a warning is the worst.
 */
function createHookRunner(
  options: HookOptions,
): Pick<Hooks, "idle"> & { run(command: HookCommand, call: HookCall): void } {
  const { report, kill, limits = {} } = options;
  const { atOnce = AT_ONCE, waiting = WAITING } = limits;
  const queue: Turn[] = [];
  const running = new Set<Promise<void>>();
  let left = 0;

  const next = (): void => {
    while (!kill.aborted && running.size < atOnce) {
      const turn = queue.shift();
      if (turn === undefined) break;
      const run = runOne(options, turn).finally(() => {
        running.delete(run);
        next();
      });
      running.add(run);
    }
    if (running.size === 0 && left > 0) {
      report({ event: "warning", message: `hooks were left out ${left} time(s): more than ${waiting} were waiting` });
      left = 0;
    }
  };

  return {
    run(command, call) {
      if (queue.length >= waiting) left += 1;
      else queue.push({ command, call, time: new Date().toISOString() });
      next();
    },
    async idle() {
      while (running.size > 0) await Promise.race(running);
    },
  };
}

async function runOne(options: HookOptions, { command, call, time }: Turn): Promise<void> {
  const { town, env, read, kill, limits = {} } = options;
  const timeout = limits.timeout ?? TIMEOUT;
  const [program, ...args] = command;
  const fail = (why: string): void => failed(options, call, why);
  try {
    const tracked = call.convoy === undefined ? {} : { tracked: await trackedBy(read, call.convoy) };
    const ended = await runCommand(program, args, {
      cwd: town,
      env: { ...toolEnvironment(env), ...environmentOf(call), TOWN: town },
      input: `${JSON.stringify({ time, town, ...call, ...tracked })}\n`,
      timeout,
      signal: kill,
    });
    const said = ended.output === "" ? "" : `: ${ended.output}`;
    if (ended.failure !== undefined)
      fail(ended.failure.code === "ENOENT" ? `there is no program ${program}` : ended.failure.message);
    else if (ended.timedOut) fail(`it was stopped after ${timeout / 1_000} s${said}`);
    else if (ended.signal !== undefined) fail(`it was ended by ${ended.signal}${said}`);
    else if (ended.exitCode !== 0) fail(`exit status ${ended.exitCode}${said}`);
  } catch (error) {
    fail(messageOf(error));
  }
}

/** Every field as a variable: `CONVOY_ID`, `CONVOY_TITLE`, `EVENT`, `MESSAGE`, and the others by their names in capitals. */
function environmentOf({ convoy, title, ...rest }: HookCall): Record<string, string> {
  const variables: Record<string, string> = {};
  if (convoy !== undefined) variables["CONVOY_ID"] = printable(convoy);
  if (title !== undefined) variables["CONVOY_TITLE"] = printable(title);
  for (const [name, value] of Object.entries(rest)) {
    const words = Array.isArray(value) ? value : [value];
    if (words.every((word) => ["string", "number"].includes(typeof word)))
      variables[nameOf(name)] = printable(words.join(" "), 2_000);
  }
  return variables;
}

function nameOf(field: string): string {
  return ["event", "message"].includes(field)
    ? field.toUpperCase()
    : `CONVOY_${field.replace(/[A-Z]/g, "_$&").toUpperCase()}`;
}

function failed({ report }: HookOptions, { event, convoy, name }: HookCall, why: string): void {
  report({
    event: "warning",
    message: `the on-${event === "landed" ? "land" : event} command failed for ${String(convoy ?? name)}: ${why}`,
    hint: "nothing else has changed by that",
  });
}

/** What it tracked; null when it cannot be read. */
async function trackedBy(read: HookOptions["read"], convoy: string): Promise<readonly IssueView[] | null> {
  try {
    return (await read(convoy))?.tracked.map(issueView) ?? null;
  } catch {
    return null;
  }
}
