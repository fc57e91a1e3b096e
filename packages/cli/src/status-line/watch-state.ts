import type { WatchRecord } from "@gastown/convoy-core";

/** What the status line knows, from the records alone. Times are milliseconds since the epoch. */
export interface WatchState {
  note(record: WatchRecord, now: number): void;
  readonly watching: boolean;
  /** Open convoys, by the last sweep. */
  readonly open: number | undefined;
  /** The convoy with the least left to do, of those that can be judged. */
  nearest(): { readonly convoy: string; readonly done: number; readonly total: number } | undefined;
  /** The convoy for which a command is under way. */
  readonly closing: string | undefined;
  readonly stuck: number;
  readonly sources: ReadonlyMap<string, string>;
  readonly heardAt: number | undefined;
  readonly sweptAt: number | undefined;
}

export function createWatchState(): WatchState {
  const progress = new Map<string, { readonly convoy: string; readonly done: number; readonly total: number }>();
  const stuck = new Set<string>();
  const sources = new Map<string, string>();
  const state = {
    watching: false,
    open: undefined as number | undefined,
    closing: undefined as string | undefined,
    heardAt: undefined as number | undefined,
    sweptAt: undefined as number | undefined,
  };
  const gone = (convoy: string): void => {
    progress.delete(convoy);
    stuck.delete(convoy);
    if (state.closing === convoy) state.closing = undefined;
  };

  const note = (record: WatchRecord, now: number): void => {
    switch (record.event) {
      case "watching":
        state.watching = true;
        state.open = record.convoys;
        break;
      case "source":
        sources.set(record.name, record.state);
        break;
      case "close":
        state.heardAt = now;
        break;
      case "sweep":
        state.sweptAt = now;
        state.open = record.convoys;
        break;
      case "waiting":
        gone(record.convoy);
        if (record.unknown === 0) progress.set(record.convoy, record);
        break;
      case "checking":
        state.closing = record.convoy;
        break;
      case "stuck":
        gone(record.convoy);
        stuck.add(record.convoy);
        break;
      case "landed":
        gone(record.convoy);
        state.open = Math.max(0, (state.open ?? 1) - 1);
        break;
      case "complete":
      case "skipped":
        gone(record.convoy);
        break;
      default:
    }
  };

  return {
    note,
    sources,
    get watching() {
      return state.watching;
    },
    get open() {
      return state.open;
    },
    get closing() {
      return state.closing;
    },
    get stuck() {
      return stuck.size;
    },
    get heardAt() {
      return state.heardAt;
    },
    get sweptAt() {
      return state.sweptAt;
    },
    nearest: () => [...progress.values()].sort((one, other) => one.total - one.done - (other.total - other.done))[0],
  };
}
