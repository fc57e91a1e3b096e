import type { IssueView } from "@gastown/convoy-watcher";
import { expect, it } from "vitest";
import type { ConvoyDetail, ConvoyView } from "../../src/views/convoy.ts";
import { look, lookJson } from "../support/look.ts";
import { scene } from "../support/scene.ts";
import { everyState, ID } from "../support/towns.ts";

interface Why {
  readonly kind: "convoy" | "issue";
  readonly answer: readonly string[];
  readonly convoy: ConvoyDetail;
  readonly issue: IssueView;
  readonly holdsUp: readonly ConvoyView[];
  readonly tracks: readonly ConvoyView[];
}

it.each([
  [ID.half, "hq-cv-half2 waits on 1 of 2: al-9uj (alpha, open, held by alpha/polecats/nux for N s)"],
  [ID.lost, "hq-cv-lost3 cannot be judged: no route leads to gh-zzz"],
  [ID.three, "hq-cv-three waits on 3 of 4:"],
  [ID.complete, "hq-cv-compl is complete: its one tracked issue is closed, but no watcher is running"],
  [ID.empty, "hq-cv-empty tracks nothing, so it never lands by itself"],
  [ID.staged, "hq-cv-stagd is skipped: its status is staged_ready: it has not been launched"],
  [ID.owned, "hq-cv-owned is skipped: all tracked issues are closed, but its owner closes it (label gt:owned)"],
  [ID.landed, "hq-cv-landd was closed N s ago: 1 of 1 tracked issues are closed"],
  [ID.reopened, "hq-cv-reopn is closed, but 1 issue that it tracks is open again:"],
  ["al-9uj", "al-9uj holds up 2 convoys"],
  ["gh-zzz", "gh-zzz holds up 1 convoy"],
  ["al-done", "al-done holds up no convoy; 5 convoys track it:"],
  ["al-alone", "al-alone holds up 1 convoy"],
  ["hq-task", "hq-task holds up 1 convoy"],
])("answers about %s", async (id, answer) => {
  const [first] = await look(everyState(), "why", id);
  expect(first?.replace(/\d+ s\b/, "N s")).toBe(answer);
});

it("lists all that a convoy waits on, and all convoys that wait on an issue", async () => {
  const stage = everyState();
  const lines = [...(await look(stage, "why", ID.three)), ...(await look(stage, "why", "al-9uj"))];
  expect(lines.map((line) => line.replace(/\d+ s\b/, "N s"))).toMatchInlineSnapshot(`
    [
      "hq-cv-three waits on 3 of 4:",
      "  al-9uj (alpha, open, held by alpha/polecats/nux for N s)",
      "  be-work (beta, in progress, nobody has it, unchanged for N s)",
      "  hq-task (town, open, nobody has it, unchanged for N s)",
      "al-9uj holds up 2 convoys",
      "  hq-cv-half2 1/2  Login",
      "  hq-cv-three 1/4  Three things",
      "al-9uj (alpha, open, held by alpha/polecats/nux for N s)",
    ]
  `);
});

it("finds an issue that no convoy tracks, at home in its rig or in the town", async () => {
  const stage = everyState();
  stage.town.createIssue({ id: "be-free" });
  stage.town.createIssue({ id: "zz-odd", rig: "hq" });
  for (const [id, rig] of [
    ["be-free", "beta"],
    ["zz-odd", "town"],
  ] as const) {
    expect(await lookJson<Why>(stage, "why", id)).toMatchObject({
      kind: "issue",
      issue: { rig, state: "open" },
      holdsUp: [],
      tracks: [],
    });
    expect((await look(stage, "why", id))[0]).toBe(`${id} holds up no convoy: none tracks it`);
  }
});

it("answers programs in the documented shape", async () => {
  const stage = everyState();
  expect(await lookJson<Why>(stage, "why", ID.half)).toMatchObject({
    kind: "convoy",
    convoy: { convoy: ID.half, blockers: [{ issue: "al-9uj" }] },
  });
  const { holdsUp, tracks } = await lookJson<Why>(stage, "why", "al-9uj");
  expect([holdsUp.map(({ convoy }) => convoy), tracks]).toEqual([[ID.half, ID.three], []]);
});

it("says that the watcher is about to land a complete convoy", async () => {
  const stage = scene();
  stage.control.set({ gt: { mode: "hangs" } });
  const issue = stage.town.createIssue({ id: "al-1" });
  stage.town.close(issue);
  stage.town.createConvoy({ id: "hq-cv-soon1", tracks: [issue] });
  const watcher = stage.start(["watch", "--json", "--source", "db"]);
  await watcher.record("checking");
  expect(await look(stage, "why", "hq-cv-soon1")).toEqual([
    `hq-cv-soon1 is complete: its one tracked issue is closed; the watcher (pid ${watcher.pid}) closes it in a moment`,
  ]);
});

it("takes the times of other writers, in UTC without a zone, for what they are", async () => {
  const stage = scene();
  const { default: Database } = await import("better-sqlite3");
  const issue = stage.town.createIssue({ id: "al-old" });
  stage.town.createConvoy({ id: "hq-cv-times", tracks: [issue] });
  const database = new Database(stage.town.db("alpha"));
  database.exec(
    "update issues set updated_at = strftime('%Y-%m-%d %H:%M:%S', 'now', '-3 hours', '-5 minutes') where id = 'al-old'",
  );
  database.close();
  const { stdout } = await stage.run(["why", "hq-cv-times"], { env: { ...stage.env, TZ: "America/Los_Angeles" } });
  expect(stdout).toBe("hq-cv-times waits on 1 of 1: al-old (alpha, open, nobody has it, unchanged for 3 h)\n");
});

it.each(["nope", "hq-cv-nope", "al-nope", "", "al-9UJ"])("refuses %j, which the town does not have", async (id) => {
  const { code, stdout, stderr } = await everyState().run(["why", id]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^Error: the town has no convoy and no issue .*\nHint: .*\n$/);
});
