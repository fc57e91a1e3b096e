import type { WatchRecord } from "@gastown/convoy-core";
import { inLines, type Line } from "./words.ts";

/** So many convoys are listed at the start; `list` has all. */
const SHOWN = 20;

type Seen = Extract<WatchRecord, { event: "waiting" | "skipped" }>;

/** How the open convoys stood when the watch began: those nearest to landing first. */
export function createFirstLook(): { note(record: WatchRecord): void; lines(): readonly Line[] } {
  const seen = new Map<string, Seen>();
  return {
    note(record) {
      if (record.event === "waiting" || record.event === "skipped") seen.set(record.convoy, record);
      else if ("convoy" in record) seen.delete(record.convoy);
    },
    lines() {
      const all = [...seen.values()].toSorted((one, other) => left(one) - left(other));
      const more = all.length - SHOWN;
      return [
        ...all.slice(0, SHOWN).flatMap(inLines),
        ...(more > 0 ? [{ text: `and ${more} more: \`convoy-cli list\` has them all` }] : []),
      ];
    },
  };
}

function left(record: Seen): number {
  return record.event === "waiting" ? record.total - record.done : Number.POSITIVE_INFINITY;
}
