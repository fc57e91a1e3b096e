import { noteAsk } from "./asking.ts";
import type { Attachments } from "./attachments.ts";
import { DatabaseError, messageOf } from "./errors.ts";
import type { ActivitySource, Hint } from "./ports.ts";
import { warnOfReopening } from "./reopening.ts";
import { memoryOf, type Run } from "./run.ts";
import type { Sweeper } from "./sweep.ts";

/** Follows one source until the run is stopped, and turns its hints into work. */
export async function hear(
  run: Run,
  source: ActivitySource,
  sweeper: Sweeper,
  attachments: Attachments,
): Promise<void> {
  const { report, stop } = run.options;
  for await (const hint of hintsOf(source, stop)) {
    if (stop.aborted) return;
    attachments.note(source);
    if (hint.kind === "state") {
      report({
        event: "source",
        name: source.name,
        state: hint.state,
        ...(hint.detail !== undefined && { detail: hint.detail }),
      });
    } else if (hint.kind === "warning") {
      report({ event: "warning", message: hint.message, ...(hint.hint !== undefined && { hint: hint.hint }) });
    } else if (hint.kind === "sweep") {
      sweeper.request(`${source.name}: ${hint.reason}`);
    } else {
      await hearOfIssues(run, source, hint, sweeper);
    }
  }
}

/** The hints of a source, and that it is down once it has ended or failed: the sweeps carry on without it. */
async function* hintsOf(source: ActivitySource, stop: AbortSignal): AsyncGenerator<Hint> {
  let detail = "it has ended";
  try {
    yield* source.hints(stop);
  } catch (error) {
    detail = messageOf(error);
  }
  if (!stop.aborted) yield { kind: "state", state: "down", detail };
}

async function hearOfIssues(
  run: Run,
  source: ActivitySource,
  { changes }: Hint & { kind: "issues" },
  sweeper: Sweeper,
): Promise<void> {
  const { clock, report, store } = run.options;
  const at = clock.now();
  let tracking: ReadonlyMap<string, readonly string[]>;
  try {
    tracking = await store.convoysTracking(changes.map((change) => change.issue));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    report({ event: "warning", message: messageOf(error), hint: error.hint });
    sweeper.request(`${source.name}: a hint could not be followed`);
    return;
  }
  for (const change of changes) {
    const convoys = tracking.get(change.issue) ?? [];
    if (change.closed) report({ event: "close", issue: change.issue, source: source.name, convoys });
    for (const convoy of convoys) {
      const memory = memoryOf(run, convoy);
      memory.hintedAt ??= at;
      if (change.closed && change.stamp !== undefined) noteAsk(run, convoy, change);
      run.judging.add(convoy);
    }
  }
  for (const { issue, reopened } of changes) if (reopened === true) await warnOfReopening(run, issue);
}
