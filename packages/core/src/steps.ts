import { isDone } from "./beads.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import { messageOf } from "./errors.ts";
import type { Try, Turn } from "./life.ts";
import type { CommandResult } from "./ports.ts";
import type { LandStep } from "./records.ts";
import type { Run } from "./run.ts";

/**
 * The next step for a complete convoy, after these; undefined when none is left. Where `check` looks at every convoy
 * whatever it is given, `close` is the first and the last but `force`.
 */
export function nextStep(
  allowed: readonly LandStep[],
  { knows, futile }: Pick<Turn, "knows" | "futile">,
  convoy: ConvoySnapshot,
  tries: readonly Try[],
): LandStep | undefined {
  const taken = new Set(tries.map(({ step }) => step));
  const mayClose = allowed.includes("close");
  const skipsCheck = mayClose && (!knows.checkTakesId || futile(convoy));
  for (const step of ["check", "close", "force"] as const) {
    if (!allowed.includes(step) || taken.has(step)) continue;
    if (step === "check" && (skipsCheck || tries.length > 0)) continue;
    if (step === "force" && !mayForce(convoy, tries)) continue;
    return step;
  }
  return undefined;
}

/** `force` answers a refusal of `close`, and nothing else. */
function mayForce(convoy: ConvoySnapshot, tries: readonly Try[]): boolean {
  const closing = tries.findLast(({ step }) => step === "close");
  return closing !== undefined && asksForForce(closing.result) && convoy.tracked.every(({ state }) => state === "done");
}

/** Whether gt refused and named the last resort, in a line of its own: a title or bd's "reclaim or use --force" does not. */
export function asksForForce({ output }: CommandResult): boolean {
  return output.split("\n").some((line) => /^\s*Use --force\b/.test(line));
}

/** Convoys of one kind meet the same blind spots of gt: issues of a rig, deleted issues. */
export function kindOf(convoy: ConvoySnapshot): string {
  const rig = convoy.tracked.some((issue) => issue.rig !== "town");
  const deleted = convoy.tracked.some(
    (issue) => issue.status !== undefined && issue.status !== "closed" && isDone(issue.status),
  );
  return `${rig ? "rig" : "town"}${deleted ? "+deleted" : ""}`;
}

/** It took so long, or it is so clear, that it is told at once. */
export function isHung({ ended }: CommandResult): boolean {
  return ended === "timeout" || ended === "not-found";
}

/** What gt said, of all tries. */
export function outputOf(tries: readonly Try[]): string {
  const output = tries.map(({ result }) => result.output).filter((text) => text !== "");
  return output.length === 0 ? "gt said nothing, and the convoy is still open" : output.join("\n");
}

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
