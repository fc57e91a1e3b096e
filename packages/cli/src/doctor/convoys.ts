import type { ConvoyStore } from "@gastown/convoy-core";
import type { FoundWatcher } from "@gastown/convoy-watcher";
import { plural } from "../output.ts";
import { readConvoys } from "../town.ts";
import { advice, blockerInShort, whyUnmerged } from "../views/convoy-text.ts";
import { type ConvoyView, convoyView } from "../views/convoy.ts";
import { stuckOf } from "../views/watcher.ts";
import { type Finding, good, note, wrong } from "./finding.ts";

/**
 * Convoys that are not as they should be.
 *
 * @param closer the watcher of the town; in a Gas City, gc
 */
export async function checkConvoys(store: ConvoyStore, closer: FoundWatcher | "gc", now: number): Promise<Finding[]> {
  const stuck = closer === "gc" ? new Map() : stuckOf(closer);
  const views = async (ids: readonly string[]): Promise<ConvoyView[]> =>
    (await readConvoys(store, ids)).map((convoy) => convoyView(convoy, stuck));
  const open = await views(await store.openConvoys());
  const closed = await views((await store.closedConvoys?.()) ?? []);
  const findings = [
    ...open.filter((convoy) => convoy.stuck !== null).map(stuckFinding),
    ...completeFindings(
      open.filter((convoy) => convoy.stuck === null && convoy.verdict === "complete"),
      closer,
    ),
    ...open
      .filter((convoy) => convoy.verdict === "waiting" && convoy.open === 0 && convoy.unmerged === undefined)
      .map((convoy) => unjudgedFinding(convoy, now)),
    ...open.filter((convoy) => convoy.stuck === null && convoy.unmerged !== undefined).map(unmergedFinding),
    ...closed.filter((convoy) => convoy.blockers.length > 0).map((convoy) => reopenedFinding(convoy, now)),
  ];
  return findings.length > 0
    ? findings
    : [
        good(
          "convoys",
          `${plural(open.length, "open convoy")}, and nothing is the matter with ${open.length === 1 ? "it" : "them"}`,
        ),
      ];
}

function stuckFinding({ convoy, stuck }: ConvoyView): Finding {
  const said = stuck?.output.split("\n").find((line) => line.trim() !== "") ?? "nothing";
  return wrong(
    convoy,
    `is stuck after ${plural(stuck?.attempts ?? 0, "attempt")}; gt said: ${said}`,
    advice([convoy], `gt convoy close ${convoy} closes it by hand; convoy-cli status ${convoy} shows all that gt said`),
  );
}

/** Without a watcher that is one fault, however many convoys show it. */
function completeFindings(convoys: readonly ConvoyView[], closer: FoundWatcher | "gc"): Finding[] {
  if (closer === "gc")
    return convoys.map(({ convoy, total }) =>
      wrong(convoy, `is complete (${total} of ${total}) and still open`, "`gc convoy check` closes it"),
    );
  const watched = closer.state === "running";
  const shown = convoys.map(({ convoy, total }) =>
    note(
      convoy,
      `is complete (${total} of ${total}) and still open`,
      watched
        ? "the watcher is about to close it; look again in a moment"
        : advice([convoy], `convoy-cli check ${convoy} closes it now`),
    ),
  );
  if (watched || convoys.length === 0) return shown;
  const [many, are] = convoys.length === 1 ? ["1 convoy", "is"] : [`${convoys.length} convoys`, "are"];
  return [
    wrong(
      "unwatched",
      `${many} ${are} complete and still open, and no watcher is running`,
      "`convoy-cli check` closes what is complete now, `convoy-cli watch` from now on",
    ),
    ...shown,
  ];
}

function unjudgedFinding({ convoy, blockers }: ConvoyView, now: number): Finding {
  const [first] = blockers;
  const why = first === undefined ? "" : blockerInShort(first, now);
  return wrong(
    convoy,
    `cannot be judged: ${why}`,
    advice([convoy], `fix the route or database named above, or close it by hand: gt convoy close ${convoy}`),
  );
}

/** A hold that is not stale yet is in order. */
function unmergedFinding({ convoy, blockers, total }: ConvoyView): Finding {
  const held = blockers.flatMap(({ unmerged }) => (unmerged === undefined ? [] : [unmerged]));
  const [first] = held.toSorted((one, other) => Number(other.stale === true) - Number(one.stale === true));
  const more = held.length > 1 ? ` and ${held.length - 1} more` : "";
  const fact = `waits on ${blockers.length} of ${total}: ${first === undefined ? "" : whyUnmerged(first)}${more}`;
  if (first?.stale !== true)
    return note(convoy, fact, "the gate holds it until that is merged: `convoy-cli help merge-gate`");
  return wrong(
    convoy,
    `${fact}, and that has not changed for long`,
    advice([convoy], `merge or reject it (gt mq list); gt convoy close ${convoy} closes the convoy as it is`),
  );
}

function reopenedFinding({ convoy, blockers }: ConvoyView, now: number): Finding {
  const [first] = blockers;
  const issue = first?.issue ?? "";
  return wrong(
    convoy,
    `is closed, but tracks what is open again: ${first === undefined ? "" : blockerInShort(first, now)}`,
    advice([convoy, issue], `gt convoy add ${convoy} ${issue} reopens it, if it is to wait for ${issue}`),
  );
}
