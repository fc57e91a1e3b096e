import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { openFiles } from "../support/open-files.ts";
import { follow, freshTown } from "../support/watching.ts";
import { startWriter } from "../support/writer.ts";

const raw = (id: string): string => `update issues set status = 'closed', closed_at = 'x' where id = '${id}'`;

test("a rig that is added while the town is watched is swept, and followed from then on", async () => {
  const town = freshTown();
  const feed = await follow(town.dir);
  const writer = startWriter();
  await writer.town(town.dir, "addRig", "beta", { prefix: "be" });
  await until(() => feed.sweep(/names another rig/));
  await writer.town(town.dir, "createIssue", { id: "be-a" });
  await writer.town(town.dir, "createIssue", { id: "be-b" });
  await writer.town(town.dir, "createConvoy", { tracks: ["be-a", "be-b"] });
  await until(() => feed.change("be-b"));
  feed.forget();
  await writer.town(town.dir, "close", "be-a");
  await until(() => feed.change("be-a")?.closed);
  await writer.sql(join(town.dir, "beta/.beads/beads.db"), raw("be-b"));
  await until(() => feed.change("be-b"));
});

test("the first change without events in a rig that was added later is seen", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  town.createIssue({ id: "be-a" });
  town.createConvoy({ tracks: ["be-a"] });
  const routes = join(town.dir, ".beads/routes.jsonl");
  const all = readFileSync(routes, "utf8");
  writeFileSync(
    routes,
    all
      .split("\n")
      .filter((line) => !line.includes("be-"))
      .join("\n"),
  );
  const feed = await follow(town.dir);
  writeFileSync(routes, all);
  await until(() => feed.sweep(/names another rig/));
  await until(() => openFiles(town.db("beta")) > 0);
  await startWriter().sql(town.db("beta"), raw("be-a"));
  await until(() => feed.change("be-a"));
});

test("a rig whose route is taken away is let go of, file and all", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  town.createIssue({ id: "al-a" });
  const feed = await follow(town.dir);
  expect(openFiles(town.db("beta"))).toBeGreaterThan(0);
  const routes = join(town.dir, ".beads/routes.jsonl");
  writeFileSync(
    routes,
    readFileSync(routes, "utf8")
      .split("\n")
      .filter((line) => !line.includes("be-"))
      .join("\n"),
  );
  await until(() => openFiles(town.db("beta")) === 0);
  const writer = startWriter();
  await writer.town(town.dir, "close", "al-a");
  expect(await until(() => feed.change("al-a"))).toMatchObject({ closed: true });
});

test("a rig whose database appears later is swept, and followed from its first change on", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  town.createIssue({ id: "be-a" });
  town.createIssue({ id: "be-b" });
  town.createConvoy({ tracks: ["be-a", "be-b"] });
  const file = town.db("beta");
  renameSync(file, `${file}.later`);
  const feed = await follow(town.dir);
  renameSync(`${file}.later`, file);
  await until(() => feed.sweep(/beta can be read again/));
  const writer = startWriter();
  await writer.sql(file, raw("be-a"));
  await until(() => feed.change("be-a")?.closed);
  await writer.town(town.dir, "close", "be-b");
  await until(() => feed.change("be-b")?.closed);
});

test("a rig that goes to Dolt is swept and its stale file let go of; the others carry on", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  town.createIssue({ id: "al-a" });
  town.createIssue({ id: "be-a" });
  town.createConvoy({ tracks: ["al-a", "be-a"] });
  const feed = await follow(town.dir);
  const writer = startWriter();
  writeFileSync(join(town.beadsDir("beta"), "metadata.json"), JSON.stringify({ database: "dolt", backend: "dolt" }));
  await until(() => feed.sweep(/beta has moved/));
  await until(() => openFiles(town.db("beta")) === 0);
  feed.forget();
  await writer.town(town.dir, "close", "be-a");
  await writer.town(town.dir, "close", "al-a");
  await until(() => feed.change("al-a")?.closed);
  expect(feed.change("be-a"), "what a stale file says").toBeUndefined();
  expect(feed.state()).toMatchObject({ state: "up" });

  feed.forget();
  writeFileSync(join(town.beadsDir("beta"), "metadata.json"), "{}");
  await until(() => feed.sweep(/beta has moved/));
  await writer.town(town.dir, "reopen", "be-a");
  await until(() => feed.change("be-a")?.closed === false);
});

test("a town wholly on Dolt is nothing for this source, which says so", async () => {
  const town = freshTown({ hq: { backend: "dolt" }, rigs: { alpha: { prefix: "al", backend: "dolt" } } });
  const feed = await follow(town.dir);
  expect(feed.state()).toEqual({
    kind: "state",
    state: "unavailable",
    detail: "no database of this town is a SQLite file",
  });
});

test("a rig that cannot be read is not asked about by another rig's changes", async () => {
  const town = freshTown({ hq: { backend: "dolt" }, rigs: { alpha: { prefix: "al" } } });
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  const feed = await follow(town.dir);
  const writer = startWriter();
  for (const id of ["al-a", "al-b"]) {
    await writer.town(town.dir, "close", id);
    await until(() => feed.change(id)?.closed);
    await writer.sql(town.db("alpha"), "update issues set title = title || '!'");
  }
  await writer.town(town.dir, "reopen", "al-a");
  await until(() => feed.change("al-a")?.closed === false);
  expect(feed.sweep(/alpha/), "alpha itself can be read all the time").toBeUndefined();
});

test("broken metadata is a fault of that rig alone, and over when it is mended", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  for (const id of ["al-a", "be-a", "be-b"]) town.createIssue({ id });
  const feed = await follow(town.dir);
  const writer = startWriter();
  const metadata = join(town.beadsDir("beta"), "metadata.json");
  const text = readFileSync(metadata, "utf8");
  writeFileSync(metadata, text.slice(0, 8));
  await until(() => feed.sweep(/beta cannot be read/));
  await writer.sql(
    town.db("alpha"),
    `${raw("al-a")}; insert into events(issue_id, event_type, actor) values ('al-a', 'closed', 'x')`,
  );
  await until(() => feed.change("al-a")?.closed);
  writeFileSync(metadata, text);
  await until(() => feed.sweep(/beta can be read again/));
  await writer.sql(town.db("beta"), raw("be-a"));
  await writer.town(town.dir, "close", "be-b");
  await until(() => feed.change("be-b")?.closed);
});
