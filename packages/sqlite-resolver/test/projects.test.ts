import { parseReference, refersTo } from "@gastown/convoy-core";
import { buildTown, bulkTown, tempDir } from "@gastown/test-fixtures";
import * as fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { createSqliteDatabase } from "../src/sqlite-database.ts";
import { driver } from "./support/driver.ts";
import { openStore } from "./support/store.ts";

const directory = (): string => tempDir(onTestFinished).path;

const databaseOf = (file: string): ReturnType<typeof createSqliteDatabase> => {
  const database = createSqliteDatabase(file, driver);
  onTestFinished(() => database.close());
  return database;
};

/** Pieces that are near each other in any order of strings, or mean something to SQL. */
const piece = fc.string({
  unit: fc.constantFrom("a", "A", "b", ":", ";", "!", "-", "%", "_", "'", "é", "\u{1F69A}"),
  maxLength: 4,
});
const reference = fc.oneof(
  piece,
  fc.tuple(piece, piece).map(([project, id]) => `external:${project}:${id}`),
  piece.map((rest) => `external:${rest}`),
  piece.map((rest) => `EXTERNAL:${rest}:a`),
);

it("finds every reference to an issue that reading them all finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(reference, { minLength: 1, maxLength: 25 }), async (references) => {
      using dir = tempDir();
      const town = buildTown(`${dir.path}/town`, { rigs: {} });
      town.createConvoy({ rawTracks: references });
      const database = createSqliteDatabase(town.db(), driver);
      const ids = [...new Set(references.map((stored) => parseReference(stored).id))].filter((id) => id !== "");
      const found = (await database.openTracksOf?.(ids)) ?? [];
      const all = await database.openTracks();
      database.close();
      const naming = (rows: typeof all, id: string): string[] =>
        rows.flatMap((row) => (refersTo(row.reference, id) ? [row.reference] : [])).sort();
      for (const id of ids) expect(naming(found, id)).toEqual(naming(all, id));
    }),
    { numRuns: 60 },
  );
});

it("leaves it to the reading of all where references have no index, or name too many projects", async () => {
  const minimal = buildTown(`${directory()}/town`, { schema: "minimal", rigs: {} });
  minimal.createConvoy({ rawTracks: ["external:a:a-1"] });
  expect(await databaseOf(minimal.db()).openTracksOf?.(["a-1"])).toBeUndefined();
  const many = buildTown(`${directory()}/town`, { rigs: {} });
  many.createConvoy({ rawTracks: Array.from({ length: 257 }, (_, at) => `external:p${at}:a-${at}`) });
  expect(await databaseOf(many.db()).openTracksOf?.(["a-1"])).toBeUndefined();
});

it("answers the same before and after a change of the town, from memory or not", async () => {
  const town = bulkTown(`${directory()}/town`, { convoys: 200, issuesPer: 3, rigs: 3 });
  const { store } = openStore(town.dir);
  const last = town.convoys.at(-1) ?? "";
  const [issue = ""] = town.issuesOf(last);
  expect([...(await store.convoysTracking([issue]))]).toEqual([[issue, [last]]]);
  town.createConvoy({ id: "hq-cv-new", rawTracks: [issue, `external:other:${issue}`] });
  expect((await store.convoysTracking([issue])).get(issue)?.toSorted()).toEqual([last, "hq-cv-new"].toSorted());
  expect(await store.convoysTracking(["hq-cv-new", "r0-none"])).toEqual(new Map([["hq-cv-new", ["hq-cv-new"]]]));
  town.close(last);
  expect([...(await store.convoysTracking([issue, last]))]).toEqual([[issue, ["hq-cv-new"]]]);
  for (const id of town.convoys.slice(0, 20)) {
    expect((await store.convoysTracking(town.issuesOf(id))).get(town.issuesOf(id)[0] ?? "")).toEqual([id]);
  }
});
