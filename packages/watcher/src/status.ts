import type { Gauges, SourceState, WatchRecord } from "@gastown/convoy-core";

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

/** After these, what was said of a convoy holds no more: nothing is the matter with it, or something else is. */
const FORGETTING: readonly WatchRecord["event"][] = ["landed", "closed", "waiting", "skipped", "stuck"];

/** Keeps a status by the records that come. */
export function createNoter(status: WatcherStatus): (record: WatchRecord) => void {
  const times: number[] = [];
  const beyond = new Set<string>();
  return (record) => {
    if ("convoy" in record && FORGETTING.includes(record.event)) {
      forget(status, record.convoy);
      beyond.delete(record.convoy);
    }
    note(status, record, isoNow());
    if (record.event === "landed") status.landing = percentiles(times, record.ms);
    if (record.event === "stuck") dropOldest(status.stuck, (convoy) => beyond.add(convoy));
    if (beyond.size > 0) status.stuckBeyond = beyond.size;
    else delete status.stuckBeyond;
  };
}

function forget(status: WatcherStatus, convoy: string): void {
  const { stuck, now } = status;
  delete stuck[convoy];
  if (now.landing?.convoy === convoy) delete now.landing;
  const telling = now.telling.findIndex((one) => one.convoy === convoy);
  if (telling !== -1) now.telling.splice(telling, 1);
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
      delete status.untold[record.convoy];
      if (record.untold === undefined || record.untold.length === 0) break;
      status.untold[record.convoy] = {
        at,
        to: record.untold.slice(0, 20).map(shortened),
        ...(record.said !== undefined && { said: shortened(record.said) }),
      };
      dropOldest(status.untold);
      break;
    case "closed":
      status.closedByOthers += 1;
      break;
    case "stuck":
      status.stuck[record.convoy] = { at, attempts: record.attempts, output: shortened(record.output) };
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

/** Keeps the newest of a list. */
function dropOldest(list: Record<string, unknown>, onDrop?: (convoy: string) => void): void {
  const [oldest, ...rest] = Object.keys(list);
  if (oldest === undefined || rest.length < LISTED) return;
  delete list[oldest];
  onDrop?.(oldest);
}

function percentiles(times: number[], ms: number): { p50: number; p99: number } {
  times.push(ms);
  if (times.length > MEASURED) times.shift();
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? ms;
  return { p50: at(0.5), p99: at(0.99) };
}

export function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

export function isoNow(): string {
  return new Date().toISOString();
}
