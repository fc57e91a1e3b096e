import { type DatabaseError, judge } from "@gastown/convoy-core";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, type DoltTown, recordedTables, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import { follow } from "../support/following.ts";
import { manualTime } from "../support/statements.ts";
import { openStore } from "../support/stores.ts";

const soon = { timeout: 15_000, interval: 20 };
const TABLES = ["issues", "dependencies", "labels", "events"].flatMap((table) => [
  table,
  table === "issues" ? "wisps" : `wisp_${table}`,
]);

/** What bd does to a database on its way from schema v49 to v66: the events go, and come back by other ids. */
function migration(server: SqlServer, db: string): Record<"widen" | "drop" | "makeAnew", () => Promise<unknown>> {
  const columns = "issue_id, event_type, actor, old_value, new_value, comment, created_at";
  const events = recordedTables("v66").get("events")?.replace("CREATE TABLE ", `CREATE TABLE ${db}.`);
  const journal = ["bd_events_journal", "bd_events_seq"].map((table) =>
    recordedTables("v66").get(table)?.replace("CREATE TABLE ", `CREATE TABLE ${db}.`),
  );
  return {
    widen: () =>
      server.query(
        ["issues", "wisps"]
          .map(
            (table) =>
              `ALTER TABLE ${db}.${table} ADD row_lock bigint NOT NULL DEFAULT 0, ADD storage_class varchar(16)`,
          )
          .join("; "),
      ),
    drop: () =>
      server.query(
        `CREATE TABLE ${db}.__temp__events LIKE ${db}.events; INSERT INTO ${db}.__temp__events SELECT * FROM ${db}.events; DROP TABLE ${db}.events`,
      ),
    makeAnew: () =>
      server.query(
        `${[events, ...journal].join("; ")}; INSERT INTO ${db}.bd_events_seq VALUES (0, 0);
         INSERT INTO ${db}.events (${columns}, id) SELECT ${columns}, concat('re-', left(id, 33)) FROM ${db}.__temp__events;
         DROP TABLE ${db}.__temp__events`,
      ),
  };
}

/** Reading goes on, says nothing that is not so, and forgets nothing. */
export function migrationSuite(server: () => SqlServer): void {
  let serial = 0;
  const newTown = (): Promise<DoltTown> =>
    buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), { schema: "v49", namespace: `m${(serial += 1)}_` });

  test("from v49 to v66, database after database: every close is told, and nothing but a look at everything is added", async () => {
    const town = await newTown();
    const rigs = [
      ["alpha", "al"],
      ["beta", "be"],
      ["hq", "hq"],
    ] as const;
    const kinds = ["early", "meanwhile", "after"] as const;
    for (const [rig, prefix] of rigs)
      for (const kind of kinds) await town.beads(rig).issue({ id: `${prefix}-${kind}` });
    await town
      .beads()
      .convoy({ id: "hq-cv-a", tracks: rigs.flatMap(([, prefix]) => kinds.map((kind) => `${prefix}-${kind}`)) });
    const feed = await follow(town.dir);
    const isTold = (id: string): Promise<unknown> =>
      expect.poll(() => feed.changes(id).some((change) => change.closed), soon).toBe(true);
    for (const [rig, prefix] of rigs) {
      const steps = migration(server(), town.beads(rig).database);
      await town.beads(rig).close(`${prefix}-early`);
      await isTold(`${prefix}-early`);
      await steps.widen();
      await steps.drop();
      // There is no table that its event could go to.
      await town.beads(rig).close(`${prefix}-meanwhile`, { event: false });
      await isTold(`${prefix}-meanwhile`);
      await steps.makeAnew();
      await town.beads(rig).close(`${prefix}-after`);
      await isTold(`${prefix}-after`);
    }
    expect(feed.hints.filter((hint) => hint.kind === "sweep").length).toBeLessThanOrEqual(2);
    const { store } = openStore(town.dir);
    expect(await store.openConvoys()).toEqual(["hq-cv-a"]);
    const convoy = (await store.readConvoys(["hq-cv-a"])).get("hq-cv-a");
    expect(convoy && judge(convoy)).toMatchObject({ kind: "complete", done: 9 });
  });

  test.each(TABLES)(
    "while %s is away no convoy seems complete that is not; once it is back, all is as before",
    async (table) => {
      const town = await newTown();
      const db = town.beads().database;
      await town.beads().issue({ id: "hq-done", status: "closed" });
      await town.beads().issue({ id: "hq-open" });
      await town.beads().issue({ id: "hq-wisp", wisp: true });
      await town.beads().convoy({ id: "hq-cv-open", tracks: ["hq-done", "hq-open"] });
      await town.beads().convoy({ id: "hq-cv-wisp", tracks: ["hq-done", "hq-wisp"] });
      await town.beads().convoy({ id: "hq-cv-owned", tracks: ["hq-done"], labels: ["gt:owned"] });
      await town.beads().convoy({ id: "hq-cv-owned-wisp", wisp: true, tracks: ["hq-done"], labels: ["gt:owned"] });
      const time = manualTime();
      const { store } = openStore(town.dir, {}, time.now);
      const verdicts = async (): Promise<Record<string, string>> => {
        const ids = ["hq-cv-open", "hq-cv-wisp", "hq-cv-owned", "hq-cv-owned-wisp"];
        const read = await store.readConvoys(ids).catch((error: DatabaseError) => error.fault);
        if (typeof read === "string") return { fault: read };
        return Object.fromEntries([...read.values()].map((convoy) => [convoy.id, judge(convoy).kind]));
      };
      const whole = {
        "hq-cv-open": "waiting",
        "hq-cv-wisp": "waiting",
        "hq-cv-owned": "owned",
        "hq-cv-owned-wisp": "owned",
      };
      expect(await verdicts()).toEqual(whole);
      await server().query(`RENAME TABLE ${db}.${table} TO ${db}.away`);
      for (let looks = 0; looks < 3; looks += 1) {
        expect(Object.values(await verdicts())).not.toContain("complete");
        time.pass(2_000);
      }
      await server().query(`RENAME TABLE ${db}.away TO ${db}.${table}`);
      time.pass(5_000);
      expect(await verdicts()).toEqual(whole);
    },
  );
}
