import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { until } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import { openStore, statesOf } from "../support/store.ts";
import { follow, freshTown } from "../support/watching.ts";
import { startWriter, type Writer } from "../support/writer.ts";

/** What a program that opens the database now reads of an issue. */
async function foreign(writer: Writer, file: string, id: string): Promise<string> {
  const rows = (await writer.sql(file, `select status from issues where id = '${id}'`)) as { status: string }[];
  return rows[0]?.status === "closed" ? "done" : "open";
}

/** As `cp` does it: the file stays the same, and what is in it changes. */
function restore(file: string, backup: string): void {
  writeFileSync(file, readFileSync(backup));
}

const losses: readonly (readonly [name: string, lose: (file: string) => void])[] = [
  ["its log and the index of that removed", (file) => (rmSync(`${file}-wal`), rmSync(`${file}-shm`))],
  ["the index of its log removed", (file) => rmSync(`${file}-shm`)],
  ["its log removed", (file) => rmSync(`${file}-wal`)],
  [
    "a backup restored in place, without log",
    (file) => (rmSync(`${file}-wal`), rmSync(`${file}-shm`), restore(file, `${file}.bak`)),
  ],
  ["a backup restored in place, the log left", (file) => restore(file, `${file}.bak`)],
];

describe("a database that is open and gets", () => {
  test.for(losses)("%s shows what is there, then and after the next commit", async ([, lose]) => {
    const town = freshTown({ rigs: { alpha: { prefix: "al" } } });
    for (const id of ["al-1", "al-2"]) town.createIssue({ id });
    const convoy = town.createConvoy({ tracks: ["al-1", "al-2"] });
    const writer = startWriter();
    const file = town.db("alpha");
    await writer.sql(file, "pragma wal_checkpoint(truncate)");
    copyFileSync(file, `${file}.bak`);
    await writer.town(town.dir, "close", "al-1");
    const feed = await follow(town.dir);
    const { store } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "open"] });
    // It is in the file now, and not in the log alone.
    await writer.sql(file, "pragma wal_checkpoint(passive)");

    lose(file);
    const now = await foreign(writer, file, "al-1");
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: [now, "open"] });
    feed.forget();
    await writer.town(town.dir, "close", "al-2");
    await until(() => feed.change("al-2")?.closed ?? feed.sweep(/lost its log/));
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: [now, "done"] });
    expect((await store.readConvoys([convoy], { fresh: true })).get(convoy)?.tracked.map(({ state }) => state)).toEqual(
      [now, "done"],
    );
  });

  test.for(losses)("%s is told of although nobody writes to it any more", async ([, lose]) => {
    const town = freshTown({ rigs: { alpha: { prefix: "al" } } });
    town.createIssue({ id: "al-1" });
    town.createConvoy({ tracks: ["al-1"] });
    const writer = startWriter();
    const file = town.db("alpha");
    await writer.sql(file, "pragma wal_checkpoint(truncate)");
    copyFileSync(file, `${file}.bak`);
    const feed = await follow(town.dir);
    await writer.town(town.dir, "close", "al-1");
    await until(() => feed.change("al-1")?.closed);
    await writer.sql(file, "pragma wal_checkpoint(passive)");
    feed.forget();
    lose(file);
    const now = await foreign(writer, file, "al-1");
    await until(() => feed.sweep(/lost its log/) ?? feed.change("al-1")?.closed === (now === "done"));
  });
});
