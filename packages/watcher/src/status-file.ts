import { renameSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Gauges, Reporter, SourceState, WatchRecord } from "@gastown/convoy-core";
import { stateDirOf, writeAtomically } from "./state-dir.ts";
import { systemClock } from "./system-clock.ts";

const AT_MOST_EVERY = 1_000;
/** While one is being written, the next waits a moment. */
const AT_LEAST = 10;
/** Convoys of one kind that are listed; those beyond are counted. */
const LISTED = 100;
/** Longest text that is kept of what programs and people wrote, in characters. */
const SHOWN = 500;
/** Landings over which the percentiles are taken. */
const MEASURED = 200;

/** What a running watcher says of itself, in `status.json`. Times are ISO 8601. */
export interface WatcherStatus {
  readonly version: string;
  readonly pid: number;
  readonly town: string;
  readonly startedAt: string;
  /** Convoys wait for the merge of their issues, too. */
  readonly gate?: "merge";
  /** When this was written: at each record, and so at each sweep, but at most once a second. */
  writtenAt?: string;
  watchingSince?: string;
  stoppedAt?: string;
  /** By name of the source. */
  readonly sources: Record<string, { state: SourceState; detail?: string; since: string }>;
  lastHint?: { at: string; issue: string; source: string };
  lastSweep?: { at: string; convoys: number; complete: number; ms: number };
  landed: number;
  lastLanded?: { at: string; convoy: string; title: string; ms: number };
  /** Milliseconds from the hint to the close, of the last 200 landings. */
  landing?: { p50: number; p99: number };
  /** Convoys that others have closed. */
  closedByOthers: number;
  /** Convoys that could not be landed, with what gt said; the newest 100. */
  readonly stuck: Record<string, { at: string; attempts: number; output: string; hint?: string }>;
  /** How many more there are. */
  stuckBeyond?: number;
  /** Landed convoys of which people have not been told, with what gt said; the newest 100. */
  readonly untold: Record<string, { at: string; to: readonly string[]; said?: string }>;
  /** What is under way. */
  readonly now: {
    landing?: { convoy: string; since: string; command: string };
    telling: { convoy: string; since: string }[];
  };
  queues?: Omit<Gauges, "oldestHint">;
  oldestHint?: string;
  /** The last fault of a database, until it can be read again. */
  lastReadError?: { at: string; rig: string; message: string };
  /** Why nothing is landed in the whole town. */
  frozen?: { at: string; reason: string };
  /** Who else lands convoys in this town. */
  rival?: string;
  /** Warnings so far, the last ten. */
  readonly warnings: { at: string; message: string }[];
}

/** Keeps the status of a running watcher. */
export interface StatusKeeper {
  /** To be told of every record. */
  readonly report: Reporter;
  /** Keeps who else lands convoys here, and hands it on. */
  noteRival<T extends { readonly name: string }>(rival: T | undefined): T | undefined;
  /** Notes a command that begins; the result notes its end. */
  noteCommand(convoy: string, command: string): () => void;
  /** Keeps the last fault of a database; undefined when it can be read again. */
  noteRead(rig: string, fault: string | undefined): void;
  /** Asked at each writing for what waits. */
  observe(gauges: () => Gauges): void;
  /** The status as of now. */
  status(): Readonly<WatcherStatus>;
  /** Writes what is not written yet, and no more after that. Settles when no file is being written any more. */
  close(): Promise<void>;
}

/** Keeps the status by listening to the records, and writes it at most once a second. */
export function createStatusKeeper(
  first: Pick<WatcherStatus, "version" | "pid" | "town" | "startedAt" | "gate">,
  write: boolean,
): StatusKeeper {
  const status: WatcherStatus = {
    ...first,
    sources: {},
    landed: 0,
    closedByOthers: 0,
    stuck: {},
    untold: {},
    now: { telling: [] },
    warnings: [],
  };
  const file = join(stateDirOf(first.town), "status.json");
  const times: number[] = [];
  const beyond = new Set<string>();
  let gauges: (() => Gauges) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  let closed = false;

  const current = (): WatcherStatus => {
    const { oldestHint, ...queues } = gauges?.() ?? {};
    const { oldestHint: _, ...rest } = status;
    return {
      ...rest,
      ...(gauges && { queues: queues as Omit<Gauges, "oldestHint"> }),
      ...(oldestHint && { oldestHint }),
    };
  };
  const text = (): string => {
    status.writtenAt = isoNow();
    return `${JSON.stringify(current(), null, 2)}\n`;
  };
  // The draft is written aside; what is short enough to happen at once is only its taking the place of the old one.
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writtenAt = systemClock.now();
    // Of a name of its own: the last one is written at once, and this may still be under way then.
    const draft = `${file}.aside.${process.pid}.tmp`;
    try {
      await writeFile(draft, text());
      if (closed) rmSync(draft, { force: true });
      else renameSync(draft, file);
    } catch {
      // A full disk must not stop the watcher; the file is then old, and says by its times how old.
    }
  };
  const flushAside = (): void => {
    writing = flush().finally(() => (writing = undefined));
  };
  const plan = (): void => {
    if (!write || closed) return;
    const wait = writtenAt + AT_MOST_EVERY - systemClock.now();
    if (wait <= 0 && writing === undefined) flushAside();
    else timer ??= setTimeout(flushAside, Math.max(wait, AT_LEAST)).unref();
  };

  return {
    report(record) {
      const at = isoNow();
      note(status, record, at);
      if (record.event === "landed") status.landing = percentiles(times, record.ms);
      if (record.event === "stuck") limit(status.stuck, beyond, record.convoy);
      else if ("convoy" in record && isEnd(record)) beyond.delete(record.convoy);
      if (beyond.size > 0) status.stuckBeyond = beyond.size;
      else delete status.stuckBeyond;
      plan();
    },
    noteRival(rival) {
      if (rival === undefined) delete status.rival;
      else status.rival = rival.name;
      return rival;
    },
    noteCommand(convoy, command) {
      const landing = { convoy, since: isoNow(), command };
      status.now.landing = landing;
      plan();
      return () => {
        if (status.now.landing === landing) delete status.now.landing;
        plan();
      };
    },
    noteRead(rig, fault) {
      if (fault !== undefined) status.lastReadError = { at: isoNow(), rig, message: shortened(fault) };
      else if (status.lastReadError?.rig === rig) delete status.lastReadError;
    },
    observe(asked) {
      gauges = asked;
    },
    status: current,
    async close() {
      clearTimeout(timer);
      if (closed || !write) return;
      closed = true;
      try {
        writeAtomically(file, text());
      } catch {
        // As above.
      }
      await writing;
    },
  };
}

function note(status: WatcherStatus, record: WatchRecord, at: string): void {
  switch (record.event) {
    case "watching":
      status.watchingSince = at;
      break;
    case "source":
      status.sources[record.name] = {
        state: record.state,
        since: at,
        ...(record.detail !== undefined && { detail: shortened(record.detail) }),
      };
      break;
    case "close":
      status.lastHint = { at, issue: shortened(record.issue), source: record.source };
      break;
    case "sweep":
      status.lastSweep = { at, convoys: record.convoys, complete: record.complete, ms: record.ms };
      break;
    case "telling":
      if (status.now.landing?.convoy === record.convoy) delete status.now.landing;
      if (status.now.telling.length < LISTED) status.now.telling.push({ convoy: record.convoy, since: at });
      break;
    case "landed":
      status.landed += 1;
      status.lastLanded = { at, convoy: record.convoy, title: shortened(record.title), ms: record.ms };
      forget(status, record.convoy);
      if (record.untold === undefined || record.untold.length === 0) delete status.untold[record.convoy];
      else {
        delete status.untold[record.convoy];
        status.untold[record.convoy] = {
          at,
          to: record.untold.slice(0, 20).map(shortened),
          ...(record.said !== undefined && { said: shortened(record.said) }),
        };
        limit(status.untold, new Set());
      }
      break;
    case "closed":
      status.closedByOthers += 1;
      forget(status, record.convoy);
      break;
    case "stuck":
      forget(status, record.convoy);
      status.stuck[record.convoy] = { at, attempts: record.attempts, output: shortened(record.output) };
      break;
    case "waiting":
    case "skipped":
      forget(status, record.convoy);
      break;
    case "frozen":
      status.frozen = { at, reason: shortened(record.reason) };
      break;
    case "resumed":
      delete status.frozen;
      break;
    case "warning":
      status.warnings.push({ at, message: shortened(record.message) });
      status.warnings.splice(0, status.warnings.length - 10);
      break;
    case "stopped":
      status.stoppedAt = at;
      break;
    default:
  }
}

/** Nothing is the matter with a convoy any more, or something else is. */
function forget(status: WatcherStatus, convoy: string): void {
  delete status.stuck[convoy];
  if (status.now.landing?.convoy === convoy) delete status.now.landing;
  const telling = status.now.telling.findIndex((one) => one.convoy === convoy);
  if (telling !== -1) status.now.telling.splice(telling, 1);
}

function isEnd({ event }: WatchRecord): boolean {
  return ["landed", "closed", "waiting", "skipped"].includes(event);
}

/** Keeps the newest of a list; those that fall off are put into `beyond`. */
function limit(list: Record<string, unknown>, beyond: Set<string>, newest?: string): void {
  if (newest !== undefined) beyond.delete(newest);
  const [oldest, ...rest] = Object.keys(list);
  if (oldest === undefined || rest.length < LISTED) return;
  delete list[oldest];
  beyond.add(oldest);
}

function percentiles(times: number[], ms: number): { p50: number; p99: number } {
  times.push(ms);
  if (times.length > MEASURED) times.shift();
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? ms;
  return { p50: at(0.5), p99: at(0.99) };
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function isoNow(): string {
  return new Date().toISOString();
}
