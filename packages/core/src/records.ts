import { type Blocker, blockerOf, type ConvoySnapshot, type Progress, type Resting, type Verdict } from "./convoy.ts";

/** How a source of hints is doing; `unavailable`: the town does not have it. */
export type SourceState = "up" | "down" | "unavailable";

/**
 * A way to close a convoy, from the mildest to the last resort:
 * - `check`: let gt find out by itself
 * - `close`: tell gt to close it
 * - `force`: tell gt to close it although gt cannot see that it is complete
 */
export type LandStep = "check" | "close" | "force";

/** Whether those who wait for a closed convoy have been told of it. */
export type Told = "told" | "tried, not told" | "closed, not told" | "cannot be known";

/** What a watcher has to say. Hosts add `time`, and print one a line. */
export type WatchRecord =
  | {
      readonly event: "hello";
      readonly version: string;
      readonly pid: number;
      readonly town: string;
      readonly bd: string | null;
      readonly gt: string | null;
    }
  /** The first sweep is done and the sources are attached: from here on nothing is missed. */
  | { readonly event: "watching"; readonly sources: readonly string[]; readonly convoys: number }
  | { readonly event: "close"; readonly issue: string; readonly source: string; readonly convoys: readonly string[] }
  | ({
      readonly event: "waiting";
      readonly convoy: string;
      readonly title: string;
      readonly blockers: readonly Blocker[];
    } & Progress)
  | {
      readonly event: "complete";
      readonly convoy: string;
      readonly title: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly event: "checking"; readonly convoy: string; readonly command: string }
  | {
      readonly event: "landed";
      readonly convoy: string;
      readonly title: string;
      /** Milliseconds since the hint that led here. */
      readonly ms: number;
      /** The step after which it was found closed. */
      readonly by: LandStep;
      /** Whether the people who wait have been told. */
      readonly told?: Told;
      /** Addresses that have not been told. */
      readonly untold?: readonly string[];
      /** What gt itself said of it. */
      readonly said?: string;
      /** Milliseconds from the hint until gt had ended. */
      readonly toldMs?: number;
      /** Milliseconds from the last tracked issue's close to the convoy's, when both are known. */
      readonly closedAfter?: number;
    }
  /** A command of ours has closed it, and is telling people. */
  | {
      readonly event: "telling";
      readonly convoy: string;
      readonly title: string;
      /** Milliseconds since the hint that led here. */
      readonly ms: number;
      readonly by: LandStep;
    }
  /** Somebody else closed it. */
  | {
      readonly event: "closed";
      readonly convoy: string;
      readonly title: string;
      /** Who, as far as that is known. */
      readonly by: string;
      readonly done: number;
      readonly total: number;
      /** Tracked issues that are not done, at most 20. */
      readonly open: readonly string[];
    }
  | {
      readonly event: "stuck";
      readonly convoy: string;
      readonly title: string;
      readonly attempts: number;
      readonly output: string;
      /** What a person can do, where gt or bd said something that is known. */
      readonly hint?: string;
    }
  | {
      readonly event: "skipped";
      readonly convoy: string;
      readonly title: string;
      readonly reason: Exclude<Resting, "waiting"> | "rival";
      readonly detail: string;
    }
  | { readonly event: "source"; readonly name: string; readonly state: SourceState; readonly detail?: string }
  | {
      readonly event: "sweep";
      readonly reason: string;
      readonly convoys: number;
      readonly complete: number;
      readonly ms: number;
    }
  /** Nothing is landed for now, in the whole town. */
  | { readonly event: "frozen"; readonly reason: string }
  /** What was `frozen` is so no more. */
  | { readonly event: "resumed" }
  | { readonly event: "warning"; readonly message: string; readonly hint?: string }
  | { readonly event: "stopped"; readonly reason: string };

/** Where records go: a terminal, a file, a host. Must not throw. */
export type Reporter = (record: WatchRecord) => void;

/** At most so many issues are named in a record; its numbers say how many there are. */
const NAMED = 20;

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

/** A convoy, by what it was last called. */
type Named = Pick<ConvoySnapshot, "id" | "title">;

export function stuckRecord({ id, title }: Named, attempts: number, output: string): WatchRecord {
  return { event: "stuck", convoy: id, title, attempts, output };
}

/** That others have closed or deleted it. */
export function closedRecord(known: Named, convoy: ConvoySnapshot | undefined, others: string): WatchRecord {
  const tracked = convoy?.tracked ?? [];
  const left = tracked.filter(({ state }) => state !== "done");
  const deleted = convoy === undefined || convoy.status === "tombstone";
  return {
    event: "closed",
    convoy: known.id,
    title: convoy?.title ?? known.title,
    by: deleted ? `${others}, who deleted it` : others,
    done: tracked.length - left.length,
    total: tracked.length,
    open: left.slice(0, NAMED).map((issue) => issue.id),
  };
}
