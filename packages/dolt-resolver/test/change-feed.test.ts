import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildTown, tempDir } from "@gastown/test-fixtures";
import {
  buildDoltTown,
  createDoltBeads,
  type DoltSchema,
  type DoltTown,
  sqlServers,
  useServer,
} from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { follow } from "./support/following.ts";

const soon = { timeout: 15_000, interval: 20 };

test("a town without Dolt is nothing for this source, which says so", async () => {
  const { dir } = buildTown(`${tempDir(onTestFinished).path}/town`);
  const feed = await follow(dir);
  expect(feed.hints).toEqual([
    { kind: "state", state: "unavailable", detail: "no database of this town is on a Dolt server" },
  ]);
});

describe.each(sqlServers().kinds)("the feed on %s", (kind) => {
  const server = useServer(kind, { beforeAll, afterAll });
  let serial = 0;

  const newTown = async (schema: DoltSchema = "1.0.0"): Promise<DoltTown> => {
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), {
      schema,
      namespace: `c${(serial += 1)}_`,
    });
    await town.beads("alpha").issue({ id: "al-1" });
    await town.beads("beta").issue({ id: "be-1" });
    await town.beads().issue({ id: "hq-1" });
    await town.beads().convoy({ id: "hq-cv-a", tracks: ["external:al:al-1", "external:be:be-1", "hq-1"] });
    return town;
  };

  test.each(["0.50", "1.0.0", "1.0.5", "v49", "v53", "v66"] as const)(
    "a close is told from every database, with the schema of %s",
    async (schema) => {
      const town = await newTown(schema);
      const feed = await follow(town.dir);
      expect(feed.hints).toHaveLength(1);
      expect(feed.hints[0]).toMatchObject({ kind: "state", state: "up" });
      for (const [rig, id] of [
        ["alpha", "al-1"],
        ["beta", "be-1"],
        ["hq", "hq-1"],
      ] as const) {
        await town.beads(rig).close(id);
        await expect.poll(() => feed.changes(id).some((change) => change.closed), soon).toBe(true);
      }
      // By its event, and not once more because it was awaited.
      const closes = ["al-1", "be-1", "hq-1"].map((id) => feed.changes(id).filter((change) => change.closed).length);
      expect(closes).toEqual([1, 1, 1]);
    },
  );

  test("a close that comes between the look at the events and the comparison is told once", async () => {
    const town = await newTown();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const feed = await follow(town.dir, async () => {
      const [once] = [meanwhile, (meanwhile = undefined)];
      await once?.();
    });
    meanwhile = () => town.beads("alpha").close("al-1");
    await town.beads("alpha").issue({ id: "al-noise" });
    await expect.poll(() => feed.changes("al-1").some((change) => change.closed), soon).toBe(true);
    await town.beads("beta").close("be-1");
    await expect.poll(() => feed.changes("be-1").some((change) => change.closed), soon).toBe(true);
    await town.beads("alpha").close("al-noise");
    await expect.poll(() => feed.changes("al-noise").some((change) => change.closed), soon).toBe(true);
    expect(feed.changes("al-1").filter((change) => change.closed)).toHaveLength(1);

    const before = feed.changes("al-1").length;
    await town.beads("alpha").close("al-1");
    await expect.poll(() => feed.changes("al-1").length, soon).toBeGreaterThan(before);
    expect(feed.changes("al-1").at(-1), "an event of what is closed is no close").toMatchObject({ closed: false });
  });

  test("a close without an event, and a deletion, are found by comparing", async () => {
    const town = await newTown();
    const feed = await follow(town.dir);
    await town.beads("alpha").close("al-1", { event: false });
    await expect.poll(() => feed.changes("al-1"), soon).toEqual([{ issue: "al-1", closed: true }]);
    await town.beads("beta").remove("be-1");
    await expect.poll(() => feed.changes("be-1"), soon).toEqual([{ issue: "be-1", closed: false }]);
  });

  test("a new convoy, and one that tracks something new, are told", async () => {
    const town = await newTown();
    const feed = await follow(town.dir);
    await town.beads().convoy({ id: "hq-cv-b", tracks: ["external:al:al-2"] });
    await expect.poll(() => feed.changes("hq-cv-b").length, soon).toBeGreaterThan(0);
    await town.beads("alpha").issue({ id: "al-2" });
    await town.beads("alpha").close("al-2");
    await expect.poll(() => feed.changes("al-2").length, soon).toBeGreaterThan(0);
    feed.forget();
    await town.beads().track("hq-cv-a", "external:al:al-2");
    await expect.poll(() => feed.changes("hq-cv-a").length, soon).toBeGreaterThan(0);
  });

  test("an issue that is opened again is told as that", async () => {
    const town = await newTown();
    await town.beads("alpha").close("al-1");
    const feed = await follow(town.dir);
    await town.beads("alpha").setStatus("al-1", "open", "reopened");
    await expect
      .poll(() => feed.changes("al-1").some((change) => change.reopened === true && !change.closed), soon)
      .toBe(true);
  });

  test("what was there before is not told", async () => {
    const town = await newTown();
    await town.beads("alpha").close("al-1");
    const feed = await follow(town.dir);
    await town.beads("beta").close("be-1");
    await expect.poll(() => feed.changes("be-1").some((change) => change.closed), soon).toBe(true);
    expect(feed.changes("al-1")).toEqual([]);
  });

  test("more events than are looked at lead to a sweep", async () => {
    const town = await newTown();
    const feed = await follow(town.dir);
    const db = town.beads("alpha").database;
    const rows = Array.from(
      { length: 300 },
      (_, index) => `(uuid(), 'al-x${index}', 'created', 'dev', UTC_TIMESTAMP())`,
    );
    await server().query(
      `INSERT INTO ${db}.events (id, issue_id, event_type, actor, created_at) VALUES ${rows.join(", ")}`,
    );
    await expect
      .poll(() => feed.hints.some((hint) => hint.kind === "sweep" && hint.reason === "alpha has many new events"), soon)
      .toBe(true);
  });

  test("a server that goes and comes back: down, up, and a sweep for what was missed", async () => {
    const town = await newTown();
    const feed = await follow(town.dir);
    await server().stop("SIGTERM");
    await expect.poll(() => feed.hints.some((hint) => hint.kind === "state" && hint.state === "down"), soon).toBe(true);
    feed.forget();
    await server().start();
    await town.beads("alpha").close("al-1");
    await expect.poll(() => feed.hints.some((hint) => hint.kind === "state" && hint.state === "up"), soon).toBe(true);
    await expect
      .poll(() => feed.hints.some((hint) => hint.kind === "sweep" && hint.reason === "alpha can be read again"), soon)
      .toBe(true);
    feed.forget();
    await town.beads("beta").close("be-1");
    await expect.poll(() => feed.changes("be-1").some((change) => change.closed), soon).toBe(true);
  });

  test("a rig whose database is gone does not keep the others from being followed", async () => {
    const town = await newTown();
    await server().query(`DROP DATABASE ${town.beads("beta").database}`);
    const feed = await follow(town.dir);
    expect(feed.hints[0]).toMatchObject({ state: "up", detail: expect.stringContaining("no database of that name") });
    await town.beads("alpha").close("al-1");
    await expect.poll(() => feed.changes("al-1").some((change) => change.closed), soon).toBe(true);
    await createDoltBeads(server(), town.beads("beta").database);
    await expect
      .poll(() => feed.hints.some((hint) => hint.kind === "sweep" && hint.reason === "beta can be read again"), soon)
      .toBe(true);
  });

  test("the town's own database, gone from beside a server, hides nothing of the rigs on it", async () => {
    const namespace = `c${(serial += 1)}_`;
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), { namespace, sqlite: ["hq"] });
    await town.beads("alpha").issue({ id: "al-1" });
    town.files.createConvoy({ id: "hq-cv-a", rawTracks: ["external:al:al-1"] });
    const feed = await follow(town.dir);
    for (const file of ["beads.db", "beads.db-wal", "beads.db-shm"])
      rmSync(join(town.dir, ".beads", file), { force: true });
    await town.beads("alpha").close("al-1");
    await expect.poll(() => feed.changes("al-1").some((change) => change.closed), soon).toBe(true);
    expect(feed.hints.filter((hint) => hint.kind === "sweep")).toEqual([]);
    expect(feed.hints.at(-1)).toMatchObject({ kind: "issues" });
  });

  test("a rig that comes later, or moves to Dolt, is swept and followed from then on", async () => {
    const town = await newTown();
    const feed = await follow(town.dir);
    const name = `c${serial}_gamma`;
    const gamma = await createDoltBeads(server(), name);
    await gamma.issue({ id: "ga-1" });
    await town.beads().convoy({ id: "hq-cv-g", tracks: ["external:ga:ga-1"] });
    mkdirSync(join(town.dir, "gamma/.beads"), { recursive: true });
    const metadata = {
      backend: "dolt",
      dolt_mode: "server",
      dolt_database: name,
      dolt_server_host: "127.0.0.1",
      dolt_server_port: server().port,
    };
    writeFileSync(join(town.dir, "gamma/.beads/metadata.json"), JSON.stringify(metadata));
    appendFileSync(join(town.dir, ".beads/routes.jsonl"), '{"prefix":"ga-","path":"gamma"}\n');
    await expect
      .poll(() => feed.hints.some((hint) => hint.kind === "sweep" && hint.reason === "gamma is on Dolt now"), soon)
      .toBe(true);
    await gamma.close("ga-1");
    await expect.poll(() => feed.changes("ga-1").length, soon).toBeGreaterThan(0);
  });
});
