import type { Town } from "@gastown/test-fixtures";
import { scene, type Scene } from "./scene.ts";

/** Ids of a town with a convoy in every state. */
export const ID = {
  half: "hq-cv-half2",
  lost: "hq-cv-lost3",
  three: "hq-cv-three",
  complete: "hq-cv-compl",
  empty: "hq-cv-empty",
  staged: "hq-cv-stagd",
  owned: "hq-cv-owned",
  landed: "hq-cv-landd",
  reopened: "hq-cv-reopn",
} as const;

/** One convoy in every state, over two rigs. */
export function everyState(): Scene {
  const stage = scene();
  furnish(stage.town);
  return stage;
}

function furnish(town: Town): void {
  town.createIssue({ id: "al-9uj", title: "Fix the login", assignee: "alpha/polecats/nux" });
  town.createIssue({ id: "al-done", title: "Done" });
  town.createIssue({ id: "be-work", title: "Style it", status: "in_progress" });
  town.createIssue({ id: "hq-task", title: "Tell the mayor" });
  town.createIssue({ id: "al-back", title: "Came back" });
  town.createIssue({ id: "al-alone", title: "Nobody waits" });
  town.close("al-done");
  town.createConvoy({ id: ID.half, title: "Login", tracks: ["al-9uj", "al-done"] });
  town.createConvoy({ id: ID.lost, title: "No road", rawTracks: ["external:gh:gh-zzz"] });
  town.createConvoy({ id: ID.three, title: "Three things", tracks: ["al-9uj", "be-work", "hq-task", "al-done"] });
  town.createConvoy({ id: ID.complete, title: "All done", tracks: ["al-done"] });
  town.createConvoy({ id: ID.empty, title: "Nothing in it" });
  town.createConvoy({ id: ID.staged, title: "Planned", status: "staged_ready", tracks: ["al-alone"] });
  town.createConvoy({ id: ID.owned, title: "Mine", labels: ["gt:owned"], tracks: ["al-done"] });
  town.createConvoy({ id: ID.landed, title: "Landed", tracks: ["al-done"] });
  town.close(ID.landed);
  town.createConvoy({ id: ID.reopened, title: "Landed too early", tracks: ["al-back"] });
  town.close("al-back");
  town.close(ID.reopened);
  town.reopen("al-back");
}
