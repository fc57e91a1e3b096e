import type { ConvoySnapshot } from "./convoy.ts";
import type { LandStep } from "./ports.ts";
import { type ConvoyMemory, forget, type Run } from "./run.ts";

/** Says that a convoy has landed, and forgets it. */
export function landed(run: Run, { id, title }: ConvoySnapshot, { completeSince }: ConvoyMemory, by: LandStep): void {
  const { clock, report } = run.options;
  forget(run, id);
  report({ event: "landed", convoy: id, title, ms: clock.now() - (completeSince ?? clock.now()), by });
}

/** It was closed before our turn: by a command of ours for another convoy, or by somebody else. */
export function closedElsewhere(run: Run, id: string, memory: ConvoyMemory, convoy: ConvoySnapshot | undefined): void {
  if (convoy !== undefined && memory.commandsBefore !== undefined) {
    if (run.commands > memory.commandsBefore) return landed(run, convoy, memory, "check");
    run.options.report({
      event: "skipped",
      convoy: id,
      title: convoy.title,
      reason: "rival",
      detail: `${run.rival ?? "somebody else"} closed it first`,
    });
  }
  forget(run, id);
}
