import type { Clock, ConvoySnapshot, Reporter, WatchRecord } from "@gastown/convoy-core";
import { createHookRunner } from "./run-hook.ts";
import type { HookCommand } from "./settings-table.ts";

/** The ends that a command of the user's can be run for. */
export type HookEvent = "landed" | "stuck" | "closed" | "untold" | "down";

export type HookCommands = Readonly<Partial<Record<HookEvent, HookCommand>>>;

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
      const detail = error instanceof Error ? error.message : String(error);
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
