import type { ConvoySnapshot } from "./convoy.ts";
import type { CommandResult, LandStep } from "./ports.ts";
import type { Run } from "./run.ts";
import { isDone } from "./status.ts";

/** Convoys of one kind meet the same blind spots of gt: issues of a rig, deleted issues. */
export function kindOf(convoy: ConvoySnapshot): string {
  const rig = convoy.tracked.some((issue) => issue.rig !== "town");
  const deleted = convoy.tracked.some(
    (issue) => issue.status !== undefined && issue.status !== "closed" && isDone(issue.status),
  );
  return `${rig ? "rig" : "town"}${deleted ? "+deleted" : ""}`;
}

/** The steps worth trying for this convoy: those that did not prove futile for its kind, or all of them. */
export function stepsFor(run: Run, convoy: ConvoySnapshot): readonly LandStep[] {
  const identity = run.options.lander.identity();
  if (identity !== run.futileFor) {
    run.futile.clear();
    run.futileFor = identity;
  }
  const futile = run.futile.get(kindOf(convoy));
  const left = run.options.steps.filter((step) => !futile?.has(step));
  return left.length > 0 ? left : run.options.steps;
}

/** Remembers which steps ran as they should and led nowhere, now that a later one has closed the convoy. */
export function learn(run: Run, convoy: ConvoySnapshot, futile: readonly LandStep[]): void {
  if (futile.length === 0) return;
  const kind = kindOf(convoy);
  const known = run.futile.get(kind) ?? new Set();
  for (const step of futile) known.add(step);
  run.futile.set(kind, known);
}

/** Forgets which steps proved futile for this kind of convoy: the others have, too. */
export function unlearn(run: Run, convoy: ConvoySnapshot): void {
  run.futile.delete(kindOf(convoy));
}

/** Whether gt refused and named the last resort. */
export function saysForce(result: CommandResult): boolean {
  return result.output.includes("--force");
}
