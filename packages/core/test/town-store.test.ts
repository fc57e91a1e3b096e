import { externalRefCases } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { type ConvoySnapshot, createTownStore, DatabaseError, parseReference } from "../src/index.ts";
import { MemoryDatabase, MemoryTown } from "./support/memory-town.ts";

const read = async ({ store }: MemoryTown, id = "hq-cv-a"): Promise<ConvoySnapshot> => {
  const convoy = (await store.readConvoys([id])).get(id);
  if (convoy === undefined) throw new Error(`no convoy ${id}`);
  return convoy;
};

test("each tracked issue is read from the database it lives in", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "external:gastown:gt-1", "hq-1", "external:whatever:bd-1");
  town.close("gt-1");
  town.set("in_progress", "bd-1");
  expect((await read(town)).tracked).toMatchObject([
    {
      reference: "external:gastown:gt-1",
      id: "gt-1",
      state: "done",
      status: "closed",
      rig: "gastown",
      title: "Title of gt-1",
    },
    { reference: "hq-1", id: "hq-1", state: "open", status: "open", rig: "town" },
    { reference: "external:whatever:bd-1", id: "bd-1", state: "open", status: "in_progress", rig: "beads" },
  ]);
});

test("a convoy says what it is", async () => {
  const town = new MemoryTown();
  town.town.put("hq-cv-a", { convoy: true, title: "A", status: "staged_ready", owned: true });
  expect(await read(town)).toMatchObject({
    id: "hq-cv-a",
    title: "A",
    status: "staged_ready",
    open: true,
    staged: true,
    owned: true,
    tracked: [],
  });
  town.town.put("hq-cv-a", { status: "closed" });
  expect(await read(town)).toMatchObject({ open: false, staged: false });
  town.town.put("hq-cv-a", { status: "tombstone" });
  expect((await read(town)).open).toBe(false);
});

test("what is no convoy, or not there, is left out", async () => {
  const town = new MemoryTown();
  town.town.put("hq-1");
  expect((await town.store.readConvoys(["hq-1", "hq-cv-x"])).size).toBe(0);
});

test("a tombstone is done; a row that is gone is unknown, and says so", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1", "external:gastown:gt-2", "hq-3");
  town.set("tombstone", "gt-1");
  town.gastown.remove("gt-2");
  town.town.remove("hq-3");
  const { tracked } = await read(town);
  expect(tracked.map(({ state }) => state)).toEqual(["done", "unknown", "unknown"]);
  expect(tracked.map(({ why }) => why)).toEqual([
    undefined,
    "gt-2 is gone: there is no such issue in gastown",
    "hq-3 is gone: there is no such issue in town",
  ]);
});

test("an issue no route leads to is unknown, and says so", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "external:gone:xx-1", "yy-2", "external:gastown:", "external::gt-1");
  expect((await read(town)).tracked).toMatchObject([
    { state: "unknown", why: "no route leads to xx-1" },
    { state: "unknown", why: "no route leads to yy-2" },
    { state: "unknown", why: `"external:gastown:" names no issue` },
    { state: "unknown", why: `"external::gt-1" names no issue` },
  ]);
});

test("a bare id that is in the town's own database needs no route", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "xx-1", "gt-9");
  town.gastown.remove("gt-9");
  town.town.put("xx-1", { status: "closed" });
  town.town.put("gt-9", { status: "closed" });
  expect((await read(town)).tracked.map(({ state, rig }) => [state, rig])).toEqual([
    ["done", "town"],
    ["done", "town"],
  ]);
});

test("an external reference is never answered by the town's own database", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "external:gastown:gt-9");
  town.gastown.remove("gt-9");
  town.town.put("gt-9", { status: "closed" });
  expect((await read(town)).tracked).toMatchObject([{ state: "unknown", rig: "gastown" }]);
});

test("a rig that cannot be read makes its issues unknown, and no others", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1", "bd-1", "hq-1");
  town.close("gt-1", "bd-1", "hq-1");
  town.gastown.fault = "locked";
  expect((await read(town)).tracked).toMatchObject([
    { state: "unknown", why: "gt-1 cannot be read: gastown is locked", rig: "gastown" },
    { state: "done" },
    { state: "done" },
  ]);
});

test("a rig that cannot be opened is like one that cannot be read", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1", "bd-1");
  town.town.put("gt-1", { status: "closed" });
  const homes = town.homes.map((home) =>
    home.prefix === "gt-"
      ? {
          ...home,
          open: () => Promise.reject(new DatabaseError("missing", "gastown", "there is no database", "run bd init")),
        }
      : home,
  );
  const [hq] = homes;
  if (hq === undefined) throw new Error("no town");
  const store = createTownStore(async () => ({ town: hq, homes }));
  expect((await store.readConvoys(["hq-cv-a"])).get("hq-cv-a")?.tracked).toMatchObject([
    { state: "unknown", why: "gt-1 cannot be read: there is no database" },
    { state: "open" },
  ]);
});

test("a fault of the program is not taken for an unreadable rig", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1");
  town.gastown.issues = () => Promise.reject(new TypeError("a bug"));
  await expect(read(town)).rejects.toThrow("a bug");
});

test("the town's own database has to be readable", async () => {
  const town = new MemoryTown();
  town.town.fault = "corrupt";
  await expect(town.store.openConvoys()).rejects.toMatchObject({ fault: "corrupt" });
  await expect(town.store.readConvoys(["hq-cv-a"])).rejects.toMatchObject({ fault: "corrupt" });
  await expect(town.store.convoysTracking(["gt-1"])).rejects.toMatchObject({ fault: "corrupt" });
});

test("many convoys are one query for each database, and one row for each issue", async () => {
  const town = new MemoryTown();
  for (let number = 0; number < 50; number += 1)
    town.convoy(`hq-cv-${number}`, "gt-1", "external:gastown:gt-1", "bd-1", `hq-${number}`);
  town.town.queries.length = 0;
  const convoys = await town.store.readConvoys(Array.from({ length: 50 }, (_, number) => `hq-cv-${number}`));
  expect(convoys.size).toBe(50);
  expect(town.gastown.queries).toEqual(["issues"]);
  expect(town.beads.queries).toEqual(["issues"]);
  expect(town.town.queries.filter((query) => query === "issues")).toHaveLength(1);
});

test("a rig that is added later is seen", async () => {
  const town = new MemoryTown();
  const gastown = town.homes.splice(1, 1);
  town.convoy("hq-cv-a", "external:gastown:gt-1");
  town.close("gt-1");
  expect((await read(town)).tracked).toMatchObject([{ state: "unknown" }]);
  town.homes.push(...gastown);
  expect((await read(town)).tracked).toMatchObject([{ state: "done" }]);
});

test("only open convoys are listed", async () => {
  const town = new MemoryTown();
  for (const status of ["open", "closed", "tombstone", "staged_ready", "hooked"])
    town.town.put(`hq-cv-${status}`, { convoy: true, status });
  town.town.put("hq-1");
  expect(await town.store.openConvoys()).toEqual(["hq-cv-open", "hq-cv-staged_ready", "hq-cv-hooked"]);
});

test("closed convoys that track an issue are found", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "external:gastown:gt-1");
  town.convoy("hq-cv-b", "gt-1");
  town.close("hq-cv-a");
  expect(await town.store.closedConvoysTracking?.("gt-1")).toEqual(["hq-cv-a"]);
});

test.for(externalRefCases().map((row) => [row.name, row] as const))(
  "external-ref: %s",
  async ([, { reference, id, matches }]) => {
    const town = new MemoryTown();
    town.town.put("hq-cv-a", { convoy: true });
    town.town.track("hq-cv-a", reference);
    const tracking = await town.store.convoysTracking([id]);
    expect(tracking.has(id)).toBe(matches);
    const [issue] = (await read(town)).tracked;
    expect(issue?.id).toBe(parseReference(reference).id);
  },
);

test("a fresh read opens each database that it needs anew, once", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1", "gt-2", "hq-3");
  const convoy = (await town.store.readConvoys(["hq-cv-a"], { fresh: true })).get("hq-cv-a");
  expect(convoy?.tracked.map(({ state }) => state)).toEqual(["open", "open", "open"]);
  expect(await town.store.openConvoys({ fresh: true })).toEqual(["hq-cv-a"]);
  const renewals = (): readonly number[] => [town.town, town.gastown, town.beads].map((one) => one.renewals);
  expect(renewals()).toEqual([2, 1, 0]);
  town.gastown.fault = "corrupt";
  town.town.fault = "locked";
  await expect(town.store.readConvoys(["hq-cv-a"], { fresh: true })).rejects.toMatchObject({ fault: "locked" });
  town.town.fault = undefined;
  expect((await town.store.readConvoys(["hq-cv-a"], { fresh: true })).get("hq-cv-a")?.tracked).toMatchObject([
    { state: "unknown" },
    { state: "unknown" },
    { state: "open" },
  ]);
  expect(renewals()).toEqual([4, 2, 0]);
});

test("a fresh read sees what the open database does not show", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1");
  town.close("gt-1");
  town.gastown.truth = new MemoryDatabase("gastown");
  town.gastown.truth.put("gt-1");
  expect((await read(town)).tracked).toMatchObject([{ state: "done" }]);
  expect((await town.store.readConvoys(["hq-cv-a"], { fresh: true })).get("hq-cv-a")?.tracked).toMatchObject([
    { state: "open" },
  ]);
});
