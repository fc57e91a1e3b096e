import { createTownStore, type IssueDatabase, type TownStoreOptions } from "@gastown/convoy-core";
import { openStore } from "@gastown/convoy-watcher";
import { tempDir } from "@gastown/test-fixtures";
import { bulkTown } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { activity, bare, ours } from "../src/benches/decode.ts";
import { interleave, ratioOf, timed } from "../src/lib/measure.ts";
import { floorOf, sweepOnce } from "../src/lib/sweeps.ts";
import { edgesTown } from "../src/lib/towns.ts";

// Each bound is about ten times the ratio that is usually seen: it catches a slip of that size, and no noise. Ratios to a
// floor that runs in turns with ours in this process, and never seconds.

it("finds the convoys of an issue within twenty bare queries' time", async () => {
  using dir = tempDir();
  const { town, issues } = edgesTown(`${dir.path}/town`, 10_000);
  const { store, close } = openStore(town.dir);
  const database = new Database(town.db(), { readonly: true });
  const query = database
    .prepare("select issue_id from dependencies where depends_on_id = ? and type = 'tracks'")
    .pluck();
  const rounds = async (work: (issue: string) => unknown): Promise<number> =>
    timed(async () => {
      for (const issue of issues) await work(issue);
    });
  const samples = await interleave(12, {
    ours: () => rounds((issue) => store.convoysTracking([issue])),
    floor: () => rounds((issue) => query.all(`external:${issue.replace(/^r(\d+).*/, "rig$1")}:${issue}`)),
  });
  expect(await store.convoysTracking(issues.slice(0, 1))).not.toEqual(new Map());
  database.close();
  close();
  expect(ratioOf(samples.ours, samples.floor).median).toBeLessThan(20);
});

it("sweeps within forty bare reads' time", async () => {
  using dir = tempDir();
  const town = bulkTown(`${dir.path}/town`, { convoys: 300, issuesPer: 10, rigs: 5 });
  const { store, close } = openStore(town.dir);
  const floor = floorOf(town);
  const samples = await interleave(10, { ours: () => timed(() => sweepOnce(store)), floor: () => timed(floor.read) });
  expect(await sweepOnce(store)).toBeGreaterThanOrEqual(300);
  floor.close();
  close();
  expect(ratioOf(samples.ours, samples.floor).median).toBeLessThan(40);
});

it("remembers what was done in less time than it takes to read it twice more", async () => {
  const ids = Array.from({ length: 10_000 }, (_, at) => `hq-${at}`);
  const database = {
    name: "memory",
    convoys: async () => [{ id: "hq-cv-a", title: "", status: "open", owned: false }],
    tracks: async () => ids.map((reference) => ({ convoy: "hq-cv-a", reference })),
    issues: async () => ids.map((id) => ({ id, status: "closed" })),
  } as unknown as IssueDatabase;
  const town = { prefix: "hq-", path: ".", rig: "town", open: async () => database };
  const readBy = (options: TownStoreOptions) => {
    const store = createTownStore(async () => ({ town, homes: [town] }), options);
    return () => timed(() => store.readConvoys(["hq-cv-a"]));
  };
  const ways = { remembering: readBy({ now: () => performance.now() }), forgetting: readBy({}) };
  await interleave(3, ways);
  const samples = await interleave(10, ways);
  expect(ratioOf(samples.remembering, samples.forgetting).median).toBeLessThan(3);
});

it("decodes within ten bare JSON.parse's time", async () => {
  const bytes = activity(20_000, 0.1);
  const samples = await interleave(10, { ours: () => timed(() => ours(bytes)), floor: () => timed(() => bare(bytes)) });
  expect(ours(bytes)).toBe(bare(bytes));
  expect(ratioOf(samples.ours, samples.floor).median).toBeLessThan(10);
});

it("needs no more for ten times the convoys than thirty times the time", async () => {
  using dir = tempDir();
  const towns = [30, 300].map((convoys) => bulkTown(`${dir.path}/town${convoys}`, { convoys, issuesPer: 10, rigs: 2 }));
  const stores = towns.map((town) => openStore(town.dir));
  const [small, big] = stores.map(
    ({ store }) =>
      () =>
        timed(() => sweepOnce(store)),
  );
  const samples = await interleave(8, { small: small ?? (() => 0), big: big ?? (() => 0) });
  for (const { close } of stores) close();
  const { median } = ratioOf(samples.big, samples.small);
  expect(median).toBeGreaterThan(1);
  expect(median).toBeLessThan(30);
});
