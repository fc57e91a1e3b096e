import { mkdirSync, writeFileSync } from "node:fs";
import { createHintChannel, DatabaseError } from "@gastown/convoy-core";
import { createAwaited, createTownPlaces } from "@gastown/sql";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, createDoltBeads, type SqlServer } from "@gastown/test-fixtures/dolt";
import { CompiledQuery } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { createDoltDatabase, type DoltDatabase } from "../../src/dolt-database.ts";
import { createDoltTown } from "../../src/index.ts";
import { createDoltServer, type DoltServer } from "../../src/server.ts";
import { watchDatabase } from "../../src/watched-database.ts";
import { manualTime, statementsDuring } from "../support/statements.ts";

const LOOKS_AT_SCHEMA = /information_schema\.columns/;

/** What a MariaDB is asked, which keeps a list of that. */
export function costSuite(server: () => SqlServer): void {
  const connect = (now: () => number, user = "root", password = ""): DoltServer => {
    const made = createDoltServer(
      { host: "127.0.0.1", port: server().port, user, password },
      { clock: { now }, random: () => 1 },
    );
    onTestFinished(() => made.close());
    return made;
  };
  const looks = (statements: readonly string[]): number =>
    statements.filter((text) => LOOKS_AT_SCHEMA.test(text)).length;
  const faultOf = async (read: Promise<unknown>): Promise<unknown> =>
    read.catch((error: unknown) => (error instanceof DatabaseError ? error.fault : error));

  test("the schema of all databases at once, and not again for another one, nor for what passes", async () => {
    const time = manualTime();
    for (const name of ["q1_a", "q1_b", "q1_c"]) await createDoltBeads(server(), name);
    const line = connect(time.now);
    const databases = ["q1_a", "q1_b", "q1_c"].map((name) => createDoltDatabase(() => line, name));
    const statements = await statementsDuring(server(), async () => {
      await Promise.all(databases.map((database) => database.openConvoys()));
      for (let tries = 0; tries < 3; tries += 1) {
        await faultOf(line.rows(CompiledQuery.raw("select sleep(0) from q1_a.nowhere"), "q1_a"));
        for (const database of databases) await database.openConvoys();
      }
    });
    expect(looks(statements)).toBe(1);
  });

  test("a database that is not there is named as missing without asking anything of it, and found once it is there", async () => {
    const time = manualTime();
    const line = connect(time.now);
    const database = createDoltDatabase(() => line, "q2_later");
    const statements = await statementsDuring(server(), async () => {
      for (let reads = 0; reads < 5; reads += 1) expect(await faultOf(database.openConvoys())).toBe("missing");
    });
    expect(statements.filter((text) => text.includes("q2_later"))).toEqual([]);
    expect(looks(statements)).toBe(1);
    await createDoltBeads(server(), "q2_later");
    expect(await database.openConvoys()).toEqual([]);
  });

  test("what is missing in a schema is looked for again at most once a second", async () => {
    const time = manualTime();
    await server().query("CREATE DATABASE q3; CREATE TABLE q3.issues (id varchar(20))");
    const line = connect(time.now);
    const database = createDoltDatabase(() => line, "q3");
    const statements = await statementsDuring(server(), async () => {
      for (let reads = 0; reads < 10; reads += 1) expect(await faultOf(database.issues(["x"]))).toBe("foreign");
    });
    expect(looks(statements)).toBeLessThanOrEqual(2);
    time.pass(1_000);
    await server().query("ALTER TABLE q3.issues ADD status varchar(20)");
    expect(await database.issues(["x"])).toEqual([]);
  });

  test("tables that came later are found within five minutes", async () => {
    const time = manualTime();
    const beads = await createDoltBeads(server(), "q4", "0.50");
    const line = connect(time.now);
    const database = createDoltDatabase(() => line, "q4");
    expect(await database.issues(["q-wisp"])).toEqual([]);
    await server().query(
      "CREATE TABLE q4.wisps LIKE q4.issues; INSERT INTO q4.wisps (id, title, status, created_at, updated_at) VALUES ('q-wisp', 'W', 'open', now(), now())",
    );
    expect(beads.schema).toBe("0.50");
    expect(await database.issues(["q-wisp"])).toEqual([]);
    time.pass(300_000);
    expect((await database.issues(["q-wisp"])).map(({ id }) => id)).toEqual(["q-wisp"]);
  });

  test("nothing, while the hash of a database stands; what can't be read, more and more seldom", async () => {
    const time = manualTime();
    const dir = `${tempDir(onTestFinished).path}/town`;
    const town = await buildDoltTown(dir, server(), { namespace: "q5_" });
    const dolt = createDoltTown({ town: dir, env: {}, clock: time, random: () => 1 });
    const files = createTownPlaces({ town: dir, now: time.now, openDolt: (store) => dolt.open(store) });
    onTestFinished(async () => {
      files.close();
      await dolt.close();
    });
    const channel = createHintChannel();
    const awaited = createAwaited(files.databases);
    const place = files.places().find(({ rig }) => rig === "alpha");
    if (place === undefined) throw new Error("no rig alpha");
    const watched = watchDatabase(place, (await place.open()) as DoltDatabase, time.now);
    const follow = (hash: string | undefined): ReturnType<typeof watched.follow> => {
      watched.hash = hash;
      return watched.follow(awaited, channel);
    };
    expect(await follow("h1")).toBe(true);
    const quiet = await statementsDuring(server(), async () => {
      for (let polls = 0; polls < 20; polls += 1) expect(await follow("h1")).toBe(false);
    });
    expect(quiet).toEqual([]);
    const changed = await statementsDuring(server(), () => follow("h2"));
    expect(changed.length).toBeGreaterThan(0);

    await server().query(`DROP DATABASE ${town.beads("alpha").database}`);
    let asked = 0;
    const tried = await statementsDuring(server(), async () => {
      for (let second = 0; second < 120; second += 1) {
        for (let polls = 0; polls < 10; polls += 1) {
          const outcome = await follow("h3");
          if (outcome instanceof DatabaseError) asked += 1;
          time.pass(100);
        }
      }
    });
    expect(asked).toBe(1_200);
    // At once, after half a second, one, two, four, eight, sixteen, and then every thirty seconds.
    expect(tried.filter((text) => text === "show databases")).toHaveLength(9);
    // The first time the events could not be read, and so the schema was asked for.
    expect(tried).toHaveLength(11);
  });

  test("no session is older than a minute: it would stay on the branch that was the default then", async () => {
    const time = manualTime();
    const line = connect(time.now);
    const id = async (): Promise<unknown> =>
      (await line.rows(CompiledQuery.raw("select connection_id() as id"), "hq"))[0];
    const first = await id();
    time.pass(59_000);
    expect(await id()).toEqual(first);
    time.pass(2_000);
    expect(await id()).not.toEqual(first);
  });

  test("a server that does not let us in is asked ever more seldom", async () => {
    const time = manualTime();
    await server().query("CREATE USER 'stranger'@'%' IDENTIFIED BY 'right-one'");
    const denials = async (): Promise<number> =>
      Number((await server().query("SHOW GLOBAL STATUS LIKE 'Access_denied_errors'"))[0]?.["Value"]);
    const before = await denials();
    const line = connect(time.now, "stranger", "wrong-one");
    for (let second = 0; second < 600; second += 1) {
      expect(await faultOf(line.rows(CompiledQuery.raw("select 1"), "hq"))).toBe("denied");
      time.pass(1_000);
    }
    expect((await denials()) - before).toBeLessThanOrEqual(30);
  });
}

/** A server that moves, or hangs. */
export function movingSuite(server: () => SqlServer): void {
  test("one that listens on another port is found there, and the one before let go", async () => {
    const time = manualTime();
    const dir = `${tempDir(onTestFinished).path}/town`;
    const town = await buildDoltTown(dir, server(), { namespace: "r1_" });
    await town.beads().convoy({ id: "hq-cv-a", tracks: [] });
    mkdirSync(`${dir}/.dolt-data`);
    const listenAt = (port: number): void =>
      writeFileSync(`${dir}/.dolt-data/config.yaml`, `listener:\n  port: ${port}\n`);
    listenAt(1);
    const dolt = createDoltTown({ town: dir, env: {}, clock: time, random: () => 1 });
    const files = createTownPlaces({ town: dir, now: time.now, openDolt: (store) => dolt.open(store) });
    onTestFinished(async () => {
      files.close();
      await dolt.close();
    });
    const database = await (await files.databases()).town.open();
    expect(await database.openConvoys().catch((error: DatabaseError) => error.fault)).toBe("unreachable");
    listenAt(server().port);
    time.pass(2_001);
    expect((await database.openConvoys()).map(({ id }) => id)).toEqual(["hq-cv-a"]);
  });

  test("letting go of one that hangs takes no longer than of one that answers", async () => {
    const line = createDoltServer(
      { host: "127.0.0.1", port: server().port, user: "root", password: "" },
      { clock: { now: () => performance.now() }, random: () => 1 },
    );
    await line.rows(CompiledQuery.raw("select 1"), "hq");
    process.kill(server().pid, "SIGSTOP");
    const reading = line.rows(CompiledQuery.raw("select 1"), "hq").catch(() => undefined);
    try {
      await line.close();
    } finally {
      process.kill(server().pid, "SIGCONT");
    }
    expect(await reading).toBeUndefined();
  }, 4_500);
}
