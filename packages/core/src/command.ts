import { messageOf } from "./errors.ts";
import type { CommandResult, LandStep } from "./ports.ts";
import type { Run } from "./run.ts";

/** A command of gt that runs. */
export interface RunningCommand {
  /** Settles when it has ended or was left running. Never rejects. */
  readonly ended: Promise<CommandResult>;
  /** It is ended when it takes longer than this from now, in milliseconds; instead of the limit it had. */
  limit(ms: number): void;
}

/** Starts the command of a step, and says so. It has no limit yet. */
export function startCommand(run: Run, step: LandStep, id: string): RunningCommand {
  const { clock, kill, lander, report } = run.options;
  const command = lander.command(step, id);
  const late = new AbortController();
  let clockwork = new AbortController();
  report({ event: "checking", convoy: id, command });
  const ended = lander
    .run(step, id, { kill: AbortSignal.any([kill, late.signal]), leave: run.leave })
    .catch((error: unknown): CommandResult => ({ ended: "failed", output: messageOf(error) }))
    .then((result) => {
      clockwork.abort();
      if (result.ended === "left")
        report({
          event: "warning",
          message: `${command} was left to end by itself, because the watcher stops`,
          hint: "the next watcher of this town waits for it, and tells what became of it",
        });
      return result;
    });
  return {
    ended,
    limit(ms) {
      clockwork.abort();
      const own = (clockwork = new AbortController());
      void clock.sleep(ms, own.signal).then(() => {
        if (!own.signal.aborted) late.abort("timeout");
      });
    },
  };
}
