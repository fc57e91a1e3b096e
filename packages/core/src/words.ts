import { parseTime } from "./beads.ts";
import { blockerOf, type ConvoySnapshot, reasonOf, type Verdict } from "./convoy.ts";
import { WatcherError, messageOf } from "./errors.ts";
import type { Context, Life, State } from "./life.ts";
import type { CommandResult } from "./ports.ts";
import type { WatchRecord } from "./records.ts";
import type { ToldVerdict } from "./told.ts";

type Telling = State & { readonly kind: "telling" };

/** At most so many issues are named in a record; its numbers say how many there are. */
const NAMED = 20;
/** What gt says when it could not tell somebody, or not note that it has. */
const WARNING = /could not notify|couldn't send notification|could not record convoy completion/;

/** The record of a verdict, and what it is compared by. */
export function saidRecord(
  convoy: ConvoySnapshot,
  verdict: Verdict,
): { said: string; record: WatchRecord | undefined } {
  const { kind, done, open, unknown, unmerged, total, reasons } = verdict;
  const progress = kind === "waiting" || kind === "complete" ? [done, open, unknown, unmerged, total] : [];
  const said = JSON.stringify([kind, progress, reasons.slice(0, NAMED)]);
  return { said, record: verdictRecord(convoy, verdict) };
}

/** The record of a verdict; none for a closed convoy. */
export function verdictRecord({ id: convoy, title }: ConvoySnapshot, verdict: Verdict): WatchRecord | undefined {
  const { kind, done, open, unknown, unmerged, total, blockers, reasons } = verdict;
  if (kind === "complete") return { event: "complete", convoy, title, done, total };
  if (kind === "closed") return undefined;
  if (kind === "waiting")
    return {
      event: "waiting",
      convoy,
      title,
      done,
      total,
      open,
      unknown,
      ...(unmerged !== undefined && { unmerged }),
      blockers: blockers.slice(0, NAMED).map(blockerOf),
    };
  return { event: "skipped", convoy, title, reason: kind, detail: reasons.join("; ") };
}

/** Merge requests that have not changed for too long to be waited for in silence, by a name of their own, and in words. */
export function staleOf({ blockers }: Verdict): ReadonlyMap<string, string> {
  const stale = blockers.filter(({ unmerged }) => unmerged?.stale === true);
  return new Map(stale.map((issue) => [`${issue.id} ${issue.unmerged?.request}`, reasonOf(issue)]));
}

export function stuckRecord({ id, title }: Life, attempts: number, output: string): WatchRecord {
  return { event: "stuck", convoy: id, title, attempts, output };
}

/** That others have closed or deleted it. */
export function closedRecord(life: Life, convoy: ConvoySnapshot | undefined, others: string): WatchRecord {
  const tracked = convoy?.tracked ?? [];
  const left = tracked.filter(({ state }) => state !== "done");
  const deleted = convoy === undefined || convoy.status === "tombstone";
  return {
    event: "closed",
    convoy: life.id,
    title: convoy?.title ?? life.title,
    by: deleted ? `${others}, who deleted it` : others,
    done: tracked.length - left.length,
    total: tracked.length,
    open: left.slice(0, NAMED).map((issue) => issue.id),
  };
}

export function tellingRecord({ id, title }: ConvoySnapshot, { since, closedAt, by }: Telling): WatchRecord {
  return { event: "telling", convoy: id, title, ms: Math.round(closedAt - since), by };
}

/** That it has landed, and a warning when somebody was not told of it. */
export function landedRecords(
  convoy: ConvoySnapshot,
  { since, closedAt, by }: Telling,
  verdict: Pick<ToldVerdict, "told" | "untold">,
  result: CommandResult | undefined,
  { now }: Context,
): readonly WatchRecord[] {
  const { id, title } = convoy;
  const { told, untold } = verdict;
  const said = saidOf(result);
  const after = closedAfter(convoy);
  const landed: WatchRecord = {
    event: "landed",
    convoy: id,
    title,
    ms: Math.round(closedAt - since),
    by,
    told,
    ...(untold.length > 0 && { untold }),
    ...(said !== undefined && { said }),
    toldMs: Math.round(now - since),
    ...(after !== undefined && { closedAfter: after }),
  };
  const isAmiss = told === "tried, not told" || told === "closed, not told" || said !== undefined;
  return isAmiss ? [landed, untoldWarning(id, untold, said)] : [landed];
}

function untoldWarning(id: string, untold: readonly string[], said: string | undefined): WatchRecord {
  const whom = untold.length === 0 ? "somebody" : untold.join(", ");
  const gt = said === undefined ? "" : `: gt said: ${said}`;
  const commands = untold.map((address) => mailCommand(id, address));
  return {
    event: "warning",
    message: `${id} is closed, but ${whom} may not have been told${gt}`,
    hint:
      commands.length === 0
        ? `look into the mail of those who wait for ${id}`
        : `write to them: ${commands.join("; ")}`,
  };
}

/** What a person can type to tell one more, without telling anybody twice. */
function mailCommand(id: string, address: string): string {
  const to = /^[\w./@:-]+$/.test(address) ? address : `'${address.replaceAll("'", "'\\''")}'`;
  return `gt mail send ${to} -s "Convoy landed: ${id}" -m "Convoy ${id} has completed." --from convoy/${id} --no-notify`;
}

/** The lines in which gt says that it could not tell somebody. */
function saidOf(result: CommandResult | undefined): string | undefined {
  const lines = (result?.output ?? "").split("\n").filter((line) => WARNING.test(line));
  return lines.length === 0
    ? undefined
    : lines
        .map((line) => line.trim())
        .join("; ")
        .slice(0, 1_000);
}

/** Milliseconds from the last close of what it tracked to its own. */
function closedAfter({ closedAt, tracked }: ConvoySnapshot): number | undefined {
  const at = parseTime(closedAt);
  const last = Math.max(...tracked.map(({ since }) => parseTime(since) ?? Number.NaN));
  return at === undefined || Number.isNaN(last) || !Number.isFinite(last) ? undefined : Math.max(0, at - last);
}

/** An error with what to do about it. */
export function inWords(error: unknown): string {
  return error instanceof WatcherError ? `${error.message} (${error.hint})` : messageOf(error);
}
