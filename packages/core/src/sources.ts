import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { step } from "./convoy-life.ts";
import { DatabaseError, messageOf, orFault } from "./errors.ts";
import type { ActivitySource, Hint, IssueChange } from "./ports.ts";
import { createRecent, isFirst, type Recent } from "./recent.ts";
import { contextOf, keep, lifeOf, type Run } from "./run.ts";
import type { Sweeper } from "./sweep.ts";

/** A source that was followed for so long has recovered from what ended it before. */
const HEALTHY_AFTER = 30_000;

/** Follows one source until the run is stopped. One that fails or ends is followed again, and a sweep makes up for it. */
export async function hear(
  run: Run,
  source: ActivitySource,
  sweeper: Sweeper,
  attachments: Attachments,
): Promise<void> {
  const { clock, random, stop } = run.options;
  for (let failures = 0; !stop.aborted;) {
    const from = clock.now();
    await followOnce(run, source, sweeper, attachments);
    if (stop.aborted) return;
    failures = clock.now() - from >= HEALTHY_AFTER ? 1 : failures + 1;
    await clock.sleep(backoff(STREAM_BACKOFF, failures, random()), stop);
    if (!stop.aborted) sweeper.request(`${source.name}: followed again`);
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

async function followOnce(run: Run, source: ActivitySource, sweeper: Sweeper, attachments: Attachments): Promise<void> {
  const { report, stop } = run.options;
  const { name } = source;
  for await (const hint of hintsOf(source, stop)) {
    if (stop.aborted) return;
    attachments.note(source);
    if (hint.kind === "state")
      report({ event: "source", name, state: hint.state, ...(hint.detail !== undefined && { detail: hint.detail }) });
    else if (hint.kind === "warning")
      report({ event: "warning", message: hint.message, ...(hint.hint !== undefined && { hint: hint.hint }) });
    else if (hint.kind === "sweep") sweeper.request(`${name}: ${hint.reason}`);
    else await hearOfIssues(run, name, hint, sweeper);
  }
}

async function hearOfIssues(
  run: Run,
  name: string,
  { changes }: Hint & { kind: "issues" },
  sweeper: Sweeper,
): Promise<void> {
  const { report, store } = run.options;
  const context = contextOf(run);
  const tracking = await orFault(store.convoysTracking(changes.map((change) => change.issue)));
  if (tracking instanceof DatabaseError) {
    report({ event: "warning", message: tracking.message, hint: tracking.hint });
    sweeper.request(`${name}: a hint could not be followed`, "patient");
    return;
  }
  for (const change of changes) {
    const { issue } = change;
    const convoys = tracking.get(issue) ?? [];
    if (change.closed && isNews(run, change)) report({ event: "close", issue, source: name, convoys });
    for (const convoy of convoys) {
      const ask = askOf(run, convoy, change);
      const reopened = change.reopened === true && convoy === issue;
      keep(run, step(lifeOf(run, convoy), { kind: "hint", ...(ask && { ask }), reopened }, context));
      run.judging.add(convoy);
    }
    if (run.closing?.convoy === issue) run.closing.wake();
    // One that is closed is tracked by nobody, and its life has to be told of that.
    else if (run.lives.has(issue)) run.judging.add(issue);
    if (change.reopened === true) run.reopened.add(issue);
  }
}

/** Whether a close is not one that a source repeats, as at each start of a stream. */
function isNews(run: Run, { issue, stamp }: IssueChange): boolean {
  return stamp === undefined || isFirst(run.heard, `${issue}\n${stamp}`);
}

/** gt is asked once for each close event: a replay must not ask again. */
function askOf(
  run: Run,
  convoy: string,
  { issue, closed, stamp }: IssueChange,
): { readonly event: string; readonly issue: string } | undefined {
  if (!closed || stamp === undefined) return undefined;
  const event = `${convoy}\n${issue}\n${stamp}`;
  return run.asked.get(event) === true ? undefined : { event, issue };
}

/** Says, once for each reopening, which closed convoys track an issue that is open again by a fresh read. */
export async function reopenedLoop(run: Run): Promise<void> {
  for (const warned = createRecent<true>(); ;) {
    const [issue] = await run.reopened.take(1);
    if (issue === undefined) return;
    try {
      await orFault(warnOfReopening(run, issue, warned));
    } finally {
      run.reopened.done(issue);
    }
  }
}

async function warnOfReopening(run: Run, issue: string, warned: Recent<true>): Promise<void> {
  const { report, store } = run.options;
  const ids = (await store.closedConvoysTracking?.(issue)) ?? [];
  if (ids.length === 0) return;
  for (const [id, { tracked }] of await store.readConvoys(ids)) {
    const reopened = tracked.find((tracks) => tracks.id === issue && tracks.state === "open");
    if (reopened === undefined || !isFirst(warned, `${id}\n${issue}\n${reopened.since ?? ""}`)) continue;
    report({
      event: "warning",
      message: `${issue} is open again, and ${id}, which tracks it, is closed`,
      hint: `reopen the convoy (gt convoy add ${id} ${issue}) if it should wait for ${issue}`,
    });
  }
}

/** How long the first sweep waits for the sources. */
const ATTACH_LIMIT = 5_000;

/** Which sources have said that they are attached, or can't be. */
export interface Attachments {
  note(source: ActivitySource): void;
  /**
   * Ends when all have said so and `also` is over, or when they have had their time: nothing that hangs may keep the
   * town waiting.
   */
  complete(also?: Promise<unknown>): Promise<void>;
}

/** @param late called for a source that is attached after its time: a sweep has to make up for what it missed */
export function createAttachments(run: Run, late: (source: ActivitySource) => void): Attachments {
  const { clock, sources, stop } = run.options;
  const missing = new Set(sources);
  const attached = Promise.withResolvers<void>();
  if (missing.size === 0) attached.resolve();
  let over = false;

  return {
    note(source) {
      if (!missing.delete(source)) return;
      if (over) late(source);
      if (missing.size === 0) attached.resolve();
    },
    async complete(also) {
      const nap = new AbortController();
      const all = Promise.all([attached.promise, also]);
      await Promise.race([all, clock.sleep(ATTACH_LIMIT, AbortSignal.any([stop, nap.signal]))]);
      nap.abort();
      over = true;
    },
  };
}
