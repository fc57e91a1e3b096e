import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildTown, tempDir, type Town } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFiles } from "./support/open-files.ts";
import { openStore, statesOf } from "./support/store.ts";
import { freshTown } from "./support/watching.ts";

async function stateOf(town: Town, issue: string): Promise<string> {
  town.createIssue({ id: issue });
  town.close(issue);
  const convoy = town.createConvoy({ tracks: [issue] });
  const { store, faults } = openStore(town.dir);
  const state = (await statesOf(store, convoy))[convoy]?.[0] ?? "";
  return state === "unknown" ? `${state}: ${[...faults.values()][0]?.message}` : state;
}

describe("a route", () => {
  test.for([
    ["the town itself", "hq-a", {}],
    ["a rig", "al-a", { prefix: "al" }],
    ["a rig's mayor", "al-a", { prefix: "al", path: "alpha/mayor/rig" }],
    ["a rig with gt's redirect", "al-a", { prefix: "al", redirect: true }],
    ["a rig with a redirect to elsewhere in the town", "al-a", { prefix: "al", redirect: "../stores/alpha/.beads" }],
    ["a rig with a prefix of several words", "my-app-a", { prefix: "my-app" }],
    ["a rig whose database has another name", "al-a", { prefix: "al", database: "issues.db" }],
  ] as const)("leads to %s", async ([, issue, rig]) => {
    const town = freshTown({ rigs: "prefix" in rig ? { alpha: rig } : {} });
    expect(await stateOf(town, issue)).toBe("done");
  });

  test("that is not there, or leads out of the town, leads nowhere; its neighbours do", async () => {
    const town = freshTown();
    const rejected: unknown[] = [];
    const routes = join(town.dir, ".beads/routes.jsonl");
    writeFileSync(
      routes,
      `# a comment\n\n{"prefix":"up-","path":"../elsewhere"}\nnot json\n{"prefix":"","path":"x"}\n${readFileSync(routes, "utf8")}{"prefix":"abs-","path":"/etc"}\n{"prefix":"cut-","pa`,
    );
    town.createIssue({ id: "al-a" });
    town.close("al-a");
    const convoy = town.createConvoy({
      rawTracks: ["external:alpha:al-a", "external:x:up-a", "external:x:abs-a", "external:x:none-a"],
    });
    const { store } = openStore(town.dir, { onRejectedRoutes: (lines) => rejected.push(...lines) });
    expect((await statesOf(store, convoy))[convoy]?.toSorted()).toEqual(["done", "unknown", "unknown", "unknown"]);
    expect(rejected).toMatchObject([{ line: 3 }, { line: 4 }, { line: 5 }, { line: 8 }, { line: 9 }]);
  });

  test("of a name too long for any file system is a fault of that rig, not of the watcher", async () => {
    const town = freshTown();
    const routes = join(town.dir, ".beads/routes.jsonl");
    writeFileSync(routes, `${readFileSync(routes, "utf8")}{"prefix":"long-","path":"${"x".repeat(5_000)}"}\n`);
    const convoy = town.createConvoy({ rawTracks: ["external:x:long-a"] });
    const { store } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["unknown"] });
  });

  test("is read anew when routes.jsonl changes", async () => {
    const town = freshTown();
    const convoy = town.createConvoy({ rawTracks: ["external:beta:be-a"] });
    const { store } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["unknown"] });
    town.addRig("beta", { prefix: "be" });
    town.createIssue({ id: "be-a" });
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["open"] });
  });

  test("in a routes.jsonl that cannot be read is told of, and those that were known stay", async () => {
    const town = freshTown();
    town.createIssue({ id: "al-a" });
    town.close("al-a");
    const convoy = town.createConvoy({ rawTracks: ["external:alpha:al-a"] });
    const routes = join(town.dir, ".beads/routes.jsonl");
    const text = readFileSync(routes, "utf8");
    const { store, faults } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done"] });
    rmSync(routes);
    mkdirSync(routes);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done"] });
    expect(faults.get("routes.jsonl")).toMatchObject({ fault: "unreadable" });

    const fresh = openStore(town.dir);
    const read = await fresh.store.readConvoys([convoy]);
    expect(read.get(convoy)?.tracked[0]).toMatchObject({
      state: "unknown",
      why: expect.stringMatching(/no known route leads to al-a, and .*routes\.jsonl cannot be read/),
    });

    rmSync(routes, { recursive: true });
    writeFileSync(routes, text);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done"] });
    expect(faults.has("routes.jsonl")).toBe(false);
  });

  test("of several with one prefix is the first whose directory is there", async () => {
    const town = freshTown();
    town.createIssue({ id: "al-a" });
    const routes = join(town.dir, ".beads/routes.jsonl");
    writeFileSync(routes, `{"prefix":"al-","path":"moved/away"}\n${readFileSync(routes, "utf8")}`);
    const convoy = town.createConvoy({ rawTracks: ["external:alpha:al-a"] });
    const { store } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["open"] });
    mkdirSync(join(town.dir, "moved/away/.beads"), { recursive: true });
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["unknown"] });
  });
});

describe("metadata.json", () => {
  test("that says Dolt keeps the stale beads.db beside it from being read", async () => {
    const town = freshTown({ rigs: { alpha: { prefix: "al", backend: "dolt" } } });
    expect(await stateOf(town, "al-a")).toMatch(/^unknown: .*Dolt/);
  });

  test.for(["a\0b.db", "x".repeat(5_000)])(
    "whose name for the database no system takes (%#) gives way to the database that is there",
    async (database) => {
      const town = freshTown();
      town.createIssue({ id: "al-a" });
      const convoy = town.createConvoy({ tracks: ["al-a"] });
      writeFileSync(join(town.beadsDir("alpha"), "metadata.json"), JSON.stringify({ database }));
      const { store } = openStore(town.dir);
      expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["open"] });
    },
  );

  test("that changes is followed: to another file, to Dolt and back", async () => {
    const town = freshTown();
    town.createIssue({ id: "al-a" });
    town.close("al-a");
    const convoy = town.createConvoy({ tracks: ["al-a"] });
    const { store } = openStore(town.dir);
    const metadata = join(town.beadsDir("alpha"), "metadata.json");
    const state = async (): Promise<string | undefined> => (await statesOf(store, convoy))[convoy]?.[0];
    expect(await state()).toBe("done");
    const other = buildTown(join(tempDir(onTestFinished).path, "other"), { rigs: { alpha: { prefix: "al" } } });
    other.createIssue({ id: "al-a" });
    renameSync(other.db("alpha"), join(town.beadsDir("alpha"), "other.db"));
    writeFileSync(metadata, '{"database":"other.db"}');
    expect(await state()).toBe("open");
    writeFileSync(metadata, '{"backend":"dolt"}');
    expect(await state()).toBe("unknown");
    writeFileSync(metadata, "{}");
    expect(await state()).toBe("done");
  });
});

test("the files of a rig whose route is taken away, or leads elsewhere now, are closed at the next question", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  for (const id of ["al-a", "be-a"]) town.createIssue({ id });
  const convoy = town.createConvoy({ tracks: ["al-a", "be-a"] });
  const { store } = openStore(town.dir);
  await statesOf(store, convoy);
  expect(openFiles(town.db("beta"))).toBeGreaterThan(0);
  const routes = join(town.dir, ".beads/routes.jsonl");
  const text = readFileSync(routes, "utf8");
  writeFileSync(
    routes,
    text
      .split("\n")
      .filter((line) => !line.includes("be-"))
      .join("\n"),
  );
  await statesOf(store, convoy);
  expect(openFiles(town.db("beta"))).toBe(0);
  writeFileSync(routes, text);
  await statesOf(store, convoy);
  expect(openFiles(town.db("beta"))).toBeGreaterThan(0);
  writeFileSync(routes, text.replace('"path":"beta"', '"path":"alpha"'));
  await statesOf(store, convoy);
  expect(openFiles(town.db("beta"))).toBe(0);
});
