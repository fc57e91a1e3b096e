import { readFileSync } from "node:fs";
import { join } from "node:path";

// Deno's types say that it may be missing, since a module can come from the net; hence the cast, once.
const { dirname = "" } = import.meta as { readonly dirname?: string };

/** A path inside this package. */
export const inPackage = (path: string): string => join(dirname, "..", path);

/** One id that tries to break out of a query, a pattern or a command line. */
export interface SqlQuotingCase {
  readonly name: string;
  readonly id: string;
  /** May become a command argument: it matches `^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$`. */
  readonly safeArgument: boolean;
  /** Near misses, which must not match. */
  readonly others: readonly string[];
}

/** Whether a stored reference means a given issue. */
export interface ExternalRefCase {
  readonly name: string;
  readonly reference: string;
  readonly id: string;
  readonly matches: boolean;
  readonly why: string;
}

/** One life of the event source: how long it ran, what it left. */
export interface RestartRun {
  /** Lifetime in ms; null: it never ends by itself. */
  readonly ms: number | null;
  readonly exitCode?: number;
  readonly signal?: string;
  /** It could not be started. */
  readonly spawnError?: "ENOENT";
  readonly stderr?: string;
  /** Lines it printed: `replay` is the daemon's buffer again, `garbage` is no event. */
  readonly lines: "none" | "replay" | "live" | "garbage";
}

/** What must happen between run n and run n + 1. */
export interface RestartStep {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Failures in a row that the delay was reckoned from. */
  readonly failures: number;
}

export interface RestartCase {
  readonly name: string;
  readonly why: string;
  readonly runs: readonly RestartRun[];
  /** One for every restart: `expect[n]` is the wait after `runs[n]`. Where it ends before the runs do, there is no restart. */
  readonly expect: readonly RestartStep[];
  /** Reported when all of it has been played. */
  readonly state: "up" | "down" | "unavailable";
  /** A sweep must follow every start that gives a stream. */
  readonly sweep: boolean;
}

/** A closed convoy, the mails about it, and whether people were told. Times and texts as stored. */
export interface ToldCase {
  readonly name: string;
  /** Its id is `hq-cv-a`. */
  readonly convoy: { readonly status: string; readonly closed_at: string | null; readonly description: string };
  /** Null: the database has no columns to find them by. */
  readonly mails: readonly MailRow[] | null;
  readonly gt: { readonly checkTakesId: boolean; readonly stamps: boolean };
  readonly told: "told" | "tried, not told" | "closed, not told" | "cannot be known";
  readonly untold: readonly string[];
  /** What would mend it. */
  readonly repair: "check" | "mail" | null;
  readonly why: string;
}

/** A mail as its row says it. */
export interface MailRow {
  readonly assignee: string;
  readonly created_by: string;
  readonly description: string;
  readonly created_at: string;
}

/** A convoy over closed issues, their merge requests, and what a gate says of it. Times and texts as stored. */
export interface MergeGateCase {
  readonly name: string;
  readonly why: string;
  /** The description of the convoy, whose id is `hq-cv-a`. */
  readonly convoy: string;
  /** What it tracks, in this order; they lie in the rig alpha. */
  readonly tracked: readonly MergeGateIssue[];
  readonly requests: readonly MergeGateRequest[];
  /** More issues of alpha. */
  readonly others: readonly MergeGateIssue[];
  /** `database`: that of alpha can't be read when it comes to merge requests. `wisps`: a server without that table. */
  readonly missing?: "database" | "wisps";
  readonly verdict: "complete" | "waiting";
  /** For each issue that is held: why, and what its merge request says. */
  readonly unmerged: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** For each issue that passes with words: those. */
  readonly words: Readonly<Record<string, string>>;
}

export interface MergeGateIssue {
  readonly id: string;
  readonly status: string;
  readonly closed_at: string | null;
  readonly close_reason: string;
  readonly description: string;
  readonly labels: readonly string[];
}

export interface MergeGateRequest {
  readonly id: string;
  readonly rig: "alpha" | "beta";
  /** `wisp`: a task with the label `gt:merge-request`, in `wisps` on a server. `typed`: of type `merge-request`. */
  readonly kind: "wisp" | "typed";
  readonly status: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly closed_at: string | null;
  readonly close_reason: string;
  readonly description: string;
  readonly blocked_by: readonly string[];
}

/** Where a place keeps its issues, by the files and the environment it is found in. */
export interface DoltAddressCase {
  readonly name: string;
  /** What upstream was read: version, file and function. */
  readonly source: string;
  /** Path below the root of everything, and text, or JSON; null for a directory (whose path ends in `/`). */
  readonly files: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the place in the town. */
  readonly place?: string;
  /** Processes that are there. */
  readonly alive?: readonly number[];
  /** A SQLite file. */
  readonly sqlite?: string;
  /** An address; what is not named may be anything, and null is absent. */
  readonly is?: Readonly<Record<string, unknown>>;
  /** A named refusal, and a part of what it says. */
  readonly refused?: { readonly fault: string; readonly words: string };
}

type Text = string | { readonly repeat: readonly [string, number] };

const load = (name: string): { readonly cases: readonly never[] } =>
  JSON.parse(readFileSync(inPackage(`tables/${name}.json`), "utf8"));

const text = (value: Text): string => (typeof value === "string" ? value : value.repeat[0].repeat(value.repeat[1]));

/** `tables/sql-quoting.json`, with long ids written out. */
export const sqlQuotingCases = (): SqlQuotingCase[] =>
  load("sql-quoting").cases.map((row: SqlQuotingCase) => ({
    ...row,
    id: text(row.id),
    others: row.others.map(text),
  }));

/** `tables/external-ref.json`. */
export const externalRefCases = (): ExternalRefCase[] => [...load("external-ref").cases];

/** `tables/restart.json`. */
export const restartCases = (): RestartCase[] => [...load("restart").cases];

/** `tables/told.json`. */
export const toldCases = (): ToldCase[] => [...load("told").cases];

/** `tables/merge-gate.json`. */
export const mergeGateCases = (): MergeGateCase[] => [...load("merge-gate").cases];

/** What a gate has made of the issues that a convoy tracks, as that table has it. */
export const gateSays = (
  tracked: readonly {
    readonly id: string;
    readonly unmerged?: { readonly since?: unknown };
    readonly mergeState?: string;
  }[],
): { readonly unmerged: unknown; readonly words: unknown } => ({
  unmerged: Object.fromEntries(
    tracked.flatMap(({ id, unmerged }) => {
      if (unmerged === undefined) return [];
      const { since: _, ...rest } = unmerged;
      return [[id, rest]];
    }),
  ),
  words: Object.fromEntries(
    tracked.flatMap(({ id, mergeState }) => (mergeState === undefined ? [] : [[id, mergeState]])),
  ),
});

/** `tables/dolt-address.json`. */
export const doltAddressCases = (): DoltAddressCase[] => [...load("dolt-address").cases];
