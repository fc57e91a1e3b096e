import { printable } from "@gastown/convoy-core";
import type { PluginLogger } from "@gastown/plugin-api";
import { runCommand, toolEnvironment } from "@gastown/process";
import type { TownEvent } from "./events.ts";

/** Longest time one run may take, in milliseconds. */
const TIMEOUT = 30_000;
/** Events that may wait for their turn; beyond that they are counted, and left out. */
const WAITING = 100;

/** Runs a command of the user's for each event, one after the other. */
export interface EventRunner {
  tell(event: TownEvent): void;
  /** Settles when no run is under way. */
  idle(): Promise<void>;
}

/**
 * A command is text for `sh -c`, or program and arguments. The event is JSON on the command's stdin; type, subject and town
 * are in its environment. Nothing of it becomes a part of the command. Whatever becomes of a run, a line in the log is the
 * worst.
 */
export function createEventRunner(
  command: string | readonly [string, ...string[]],
  town: string,
  { logger, kill }: { readonly logger: PluginLogger; readonly kill: AbortSignal },
): EventRunner {
  const words: readonly [string, ...string[]] = typeof command === "string" ? ["/bin/sh", "-c", command] : command;
  const [program, ...args] = words;
  const queue: TownEvent[] = [];
  let working: Promise<void> | undefined;
  let left = 0;

  const work = async (): Promise<void> => {
    for (let event = queue.shift(); event !== undefined && !kill.aborted; event = queue.shift()) await run(event);
    if (left > 0) logger.warn(`onEvent was left out for ${left} events: more than ${WAITING} were waiting for it`);
    left = 0;
    working = undefined;
  };
  const run = async (event: TownEvent): Promise<void> => {
    const { type, subject = "" } = event;
    const ended = await runCommand(program, args, {
      cwd: town,
      env: {
        ...toolEnvironment(process.env),
        EVENT_TYPE: printable(type),
        EVENT_SUBJECT: printable(subject),
        EVENT_PLUGIN: event.plugin,
        TOWN: town,
      },
      input: `${JSON.stringify(event)}\n`,
      timeout: TIMEOUT,
      signal: kill,
    });
    if (ended.exitCode === 0) return;
    const how = ended.timedOut
      ? `it was stopped after ${TIMEOUT / 1000} s`
      : (ended.failure?.message ?? ended.signal ?? `exit status ${ended.exitCode}`);
    logger.warn(`onEvent failed for ${type}: ${how}`, ended.output === "" ? {} : { output: ended.output });
  };

  return {
    tell(event) {
      if (queue.length >= WAITING) left += 1;
      else queue.push(event);
      working ??= work();
    },
    idle: async () => working,
  };
}
