import { backoff, LANDING_BACKOFF } from "./backoff.ts";
import { parseTime, TIME_SLACK } from "./beads.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import {
  type Context,
  type Life,
  look,
  newLife,
  NOTHING,
  type Outcome,
  outcome,
  type Seen,
  type State,
} from "./life.ts";
import type { CommandResult } from "./ports.ts";
import { closesAfter } from "./pursue.ts";
import { closedRecord, type LandStep, stuckRecord, type WatchRecord } from "./records.ts";
import type { ToldVerdict } from "./told.ts";

type Telling = State & { readonly kind: "telling" };

/** So many times gt is asked to tell people before it is said that they have not been told. */
const UNTOLD_AFTER = 3;

/** A command of ours has closed it; people are being told, or are to be found told. */
export function telling(life: Life, by: LandStep, { now }: Context, mendable: boolean): Telling {
  const since = "since" in life.state ? life.state.since : now;
  return { kind: "telling", since, by, closedAt: now, running: true, dueAt: now, tries: 0, mendable };
}

/** gt has ended: who was told is decided from rows, and gt is asked again where it can mend that. */
export function told(life: Life, { convoy, verdict, result }: Seen & { kind: "told" }, context: Context): Outcome {
  const { state } = life;
  if (state.kind !== "telling") return outcome(life);
  if (verdict === undefined) return again(life, state, context, state.tries);
  if (convoy === undefined || convoy.status === "tombstone") return goneMeanwhile(life, context);
  if (convoy.open) return toldOfReopened(life, state, convoy, context);
  const closed = parseTime(convoy.closedAt);
  if (state.startedAt !== undefined && closed !== undefined && closed < state.startedAt - TIME_SLACK)
    return outcome(ended(life, "closed", context));
  const isOurs = state.mendable || (state.startedAt !== undefined && closed !== undefined);
  if (verdict.told === "closed, not told" && verdict.repair === "check" && isOurs) {
    const tries = state.tries + 1;
    const output = `it is closed, and nobody has been told: ${result?.output || verdict.why}`;
    return again(life, state, context, tries, tries === UNTOLD_AFTER ? [stuckRecord(life, tries, output)] : []);
  }
  return outcome(ended(life, "landed", context), NOTHING, landedRecords(convoy, state, verdict, result, context));
}

function again(
  life: Life,
  state: Telling,
  { now, random }: Context,
  tries: number,
  records: readonly WatchRecord[] = [],
): Outcome {
  const after = backoff(LANDING_BACKOFF, tries + 1, random);
  return outcome({ ...life, state: { ...state, running: false, dueAt: now + after, tries } }, look(after), records);
}

/** It was opened again before it was known who had been told. */
export function toldOfReopened(life: Life, state: Telling, convoy: ConvoySnapshot, context: Context): Outcome {
  if (state.startedAt !== undefined) return outcome(newLife(life.id), look(0));
  const verdict = { told: state.tries > 0 ? "closed, not told" : "cannot be known", untold: [] } as const;
  return outcome(ended(life, "landed", context), look(0), landedRecords(convoy, state, verdict, undefined, context));
}

/** It was deleted before it was known who had been told: nobody can find out any more. */
export function goneMeanwhile(life: Life, context: Context): Outcome {
  return outcome(ended(life, "gone", context), NOTHING, [closedRecord(life, undefined, context.others)]);
}

/** It is at an end of its life: should it be opened again, another one begins. */
export function ended(life: Life, kind: "landed" | "closed" | "gone", { now }: Context): Life {
  const closes = closesAfter(life, now);
  return { ...newLife(life.id), state: { kind }, title: life.title, closes, warnedOf: life.warnedOf ?? 0 };
}

/** What gt says when it could not tell somebody, or not note that it has. */
const WARNING = /could not notify|couldn't send notification|could not record convoy completion/;

export function tellingRecord({ id, title }: ConvoySnapshot, { since, closedAt, by }: Telling): WatchRecord {
  return { event: "telling", convoy: id, title, ms: Math.round(closedAt - since), by };
}

/** That it has landed, and a warning when somebody was not told of it. */
function landedRecords(
  convoy: ConvoySnapshot,
  { since, closedAt, by }: Telling,
  verdict: Pick<ToldVerdict, "told" | "untold">,
  result: CommandResult | undefined,
  { now }: Context,
): readonly WatchRecord[] {
  const { id, title } = convoy;
  const { untold } = verdict;
  const said = saidOf(result);
  const after = closedAfter(convoy);
  const landed: WatchRecord = {
    event: "landed",
    convoy: id,
    title,
    ms: Math.round(closedAt - since),
    by,
    told: verdict.told,
    ...(untold.length > 0 && { untold }),
    ...(said !== undefined && { said }),
    toldMs: Math.round(now - since),
    ...(after !== undefined && { closedAfter: after }),
  };
  const isAmiss = verdict.told === "tried, not told" || verdict.told === "closed, not told" || said !== undefined;
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

/** What a person can type to tell one more, without telling anybody twice. Every gt takes it: those before 1.0 know no `--from`. */
function mailCommand(id: string, address: string): string {
  const to = /^[\w@][\w./@:-]*$/.test(address) ? address : `-- '${address.replaceAll("'", "'\\''")}'`;
  return `gt mail send -s "Convoy landed: ${id}" -m "Convoy ${id} has completed." ${to}`;
}

/** The lines in which gt says that it could not tell somebody. */
function saidOf(result: CommandResult | undefined): string | undefined {
  const lines = (result?.output ?? "").split("\n").filter((line) => WARNING.test(line));
  const said = lines.map((line) => line.trim()).join("; ");
  return lines.length === 0 ? undefined : said.slice(0, 1_000);
}

/** Milliseconds from the last close of what it tracked to its own. */
function closedAfter({ closedAt, tracked }: ConvoySnapshot): number | undefined {
  const at = parseTime(closedAt);
  const last = Math.max(...tracked.map(({ since }) => parseTime(since) ?? Number.NaN));
  return at === undefined || !Number.isFinite(last) ? undefined : Math.max(0, at - last);
}
