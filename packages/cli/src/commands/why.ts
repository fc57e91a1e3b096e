import type { ConvoySnapshot } from "@gastown/convoy-core";
import { issueView, systemClock } from "@gastown/convoy-watcher";
import { EXIT, IssueNotFoundError } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, safeJson } from "../output.ts";
import { findIssue, readConvoys, type ReadTown, readTown } from "../town.ts";
import { byUrgency, convoyDetail, convoyView } from "../views/convoy-view.ts";
import { wrap } from "../views/layout.ts";
import type { ConvoyDetail, ConvoyView, IssueView } from "../views/views.ts";
import { stuckOf, watcherView } from "../views/watcher-view.ts";
import { type Answer, whyConvoy, whyIssue } from "../views/why-text.ts";

type Why = { readonly town: string; readonly id: string; readonly answer: Answer } & (
  | { readonly kind: "convoy"; readonly convoy: ConvoyDetail }
  | {
      readonly kind: "issue";
      readonly issue: IssueView;
      readonly holdsUp: readonly ConvoyView[];
      readonly tracks: readonly ConvoyView[];
    }
);

/** Why this convoy is (not) landing, or which convoys wait on this issue, in words. */
export async function whyCommand(id: string, options: CommonOptions): Promise<number> {
  const output = createOutput(options.color);
  const why = await readTown(options, (town) => explain(town, id));
  if (options.json) output.out(safeJson(why, 2));
  else for (const line of why.answer.flatMap((text) => wrap(text, output.columns(), "    "))) output.out(line);
  return EXIT.done;
}

async function explain(read: ReadTown, id: string): Promise<Why> {
  const { town, store, found } = read;
  const stuck = stuckOf(found);
  const now = systemClock.wall();
  const convoy = (await store.readConvoys([id])).get(id);
  if (convoy !== undefined) {
    const detail = convoyDetail(convoy, stuck);
    return { town, id, answer: whyConvoy(detail, watcherView(found), now), kind: "convoy", convoy: detail };
  }
  const open = (await store.convoysTracking([id])).get(id) ?? [];
  const closed = (await store.closedConvoysTracking?.(id)) ?? [];
  const convoys = await readConvoys(store, [...open, ...closed]);
  const issue =
    convoys.flatMap(({ tracked }) => tracked).find((tracked) => tracked.id === id) ?? (await findIssue(read, id));
  if (issue === undefined) throw new IssueNotFoundError(id);
  const waits = ({ open: isOpen }: ConvoySnapshot): boolean =>
    isOpen && (issue.state !== "done" || issue.unmerged !== undefined);
  const view = (some: readonly ConvoySnapshot[]): ConvoyView[] =>
    some.map((one) => convoyView(one, stuck)).sort(byUrgency);
  const [holdsUp, tracks] = [view(convoys.filter(waits)), view(convoys.filter((one) => !waits(one)))];
  return {
    town,
    id,
    answer: whyIssue(issueView(issue), holdsUp, tracks, now),
    kind: "issue",
    issue: issueView(issue),
    holdsUp,
    tracks,
  };
}
