import { messageOf, printable } from "@gastown/convoy-core";
import { runCommand, toolEnvironment } from "@gastown/process";
import type { HookCall, HookOptions } from "./hooks.ts";
import { type IssueView, issueView } from "./issue-view.ts";
import type { HookCommand } from "./settings-table.ts";

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

/** Runs commands for what has happened, a few at once. */
export interface HookRunner {
  run(command: HookCommand, call: HookCall): void;
  /** Settles when all runs are over. Never rejects. */
  idle(): Promise<void>;
}

/**
 * What has happened is on the command's stdin as JSON, and in its environment; nothing of it becomes a part of the
 * command. Whatever becomes of it, a warning is the worst.
 */
export function createHookRunner(options: HookOptions): HookRunner {
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
