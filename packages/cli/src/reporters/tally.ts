import type { WatchRecord } from "@gastown/convoy-core";
import { plural } from "../views/in-words.ts";

/** What became of each convoy, in the words of a tally and in their order. */
const ENDS = {
  landed: "landed",
  complete: "complete and still open",
  stuck: "stuck",
  closed: "closed by others",
  waiting: "waiting",
  skipped: "skipped",
} as const;

type End = keyof typeof ENDS;

/** Counts what one sweep led to: the last word on each convoy. */
export function createTally(): { note(record: WatchRecord): void; line(): string } {
  const ends = new Map<string, End>();
  return {
    note(record) {
      if ("convoy" in record && record.event in ENDS) ends.set(record.convoy, record.event as End);
    },
    line() {
      if (ends.size === 0) return "no convoy is open";
      const all = [...ends.values()];
      const counts = (Object.keys(ENDS) as End[]).flatMap((end) => {
        const count = all.filter((one) => one === end).length;
        return count === 0 ? [] : [`${count} ${ENDS[end]}`];
      });
      return `${plural(ends.size, "convoy")}: ${counts.join(", ")}`;
    },
  };
}
