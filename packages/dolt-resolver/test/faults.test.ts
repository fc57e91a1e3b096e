import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, sqlServers, useServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { asDoltError } from "../src/faults.ts";
import { openStore } from "./support/stores.ts";

const faultOf = async (read: Promise<unknown>): Promise<DatabaseError> => {
  const error: unknown = await read.then(
    () => new Error("it could be read"),
    (reason: unknown) => reason,
  );
  if (error instanceof DatabaseError) return error;
  throw error;
};

const metadataOf = (dir: string, rig: string, change: Record<string, unknown>): void => {
  const metadata = {
    backend: "dolt",
    dolt_mode: "server",
    dolt_database: "hq",
    dolt_server_host: "127.0.0.1",
    dolt_server_port: 1,
    ...change,
  };
  mkdirSync(join(dir, rig, ".beads"), { recursive: true });
  writeFileSync(join(dir, rig, ".beads/metadata.json"), JSON.stringify(metadata));
};

test.each([
  [
    "Dolt 2.3.1",
    1105,
    "unknown error: Code: UNAVAILABLE\nserver does not allow insecure connections, client must use SSL/TLS",
  ],
  ["MariaDB", 3159, "Connections using insecure transport are prohibited while --require_secure_transport=ON."],
])("a server that takes nobody without TLS is told as that (%s)", (_server, errno, message) => {
  const said = Object.assign(new Error(message), { errno, code: "ER_UNKNOWN_ERROR" });
  expect(asDoltError(said, "hq")).toMatchObject({
    fault: "denied",
    message: "the Dolt database hq cannot be read: the server takes nobody without TLS",
    hint: expect.stringContaining("dolt_server_tls"),
  });
});

test("embedded mode is told, and never opened", async () => {
  const dir = tempDir(onTestFinished).path;
  for (const mode of ["embedded", undefined]) {
    metadataOf(dir, ".", { dolt_mode: mode });
    const { store } = openStore(dir);
    const fault = await faultOf(store.openConvoys());
    expect([fault.fault, fault.message]).toEqual(["unsupported", expect.stringContaining("embedded mode")]);
    expect(fault.hint).toContain("server");
  }
});

test("a server that is down is told without its address or user, and not asked at every read", async () => {
  const dir = tempDir(onTestFinished).path;
  metadataOf(dir, ".", { dolt_server_user: "some-user" });
  const { store } = openStore(dir, { BEADS_DOLT_PASSWORD: "very-secret" });
  for (let tries = 0; tries < 3; tries += 1) {
    const fault = await faultOf(store.openConvoys());
    expect([fault.fault, fault.database]).toEqual(["unreachable", "hq"]);
    expect(`${fault.message} ${fault.hint}`).not.toMatch(/127\.0\.0\.1|some-user|very-secret/);
  }
});

describe.each(sqlServers().kinds)("faults on %s", (kind) => {
  const server = useServer(kind, { beforeAll, afterAll });

  test("a database that is not there is missing; a rig without one does not stop the others", async () => {
    const dir = `${tempDir(onTestFinished).path}/town`;
    const town = await buildDoltTown(dir, server(), { namespace: "f1_" });
    await town.beads("alpha").issue({ id: "al-1", status: "closed" });
    await town.beads().convoy({ id: "hq-cv-a", tracks: ["external:al:al-1", "external:be:be-1"] });
    await server().query("DROP DATABASE f1_beta");
    const { store, faults } = openStore(dir);
    const convoy = (await store.readConvoys(["hq-cv-a"])).get("hq-cv-a");
    expect(convoy?.tracked.map(({ id, state }) => [id, state])).toEqual([
      ["al-1", "done"],
      ["be-1", "unknown"],
    ]);
    expect(convoy?.tracked[1]?.why).toContain("no database of that name");
    expect([...faults].map(([rig, { fault }]) => [rig, fault])).toEqual([["beta", "missing"]]);
  });

  test("another database, an empty one and an old schema are told apart", async () => {
    const dir = tempDir(onTestFinished).path;
    await server().query(
      "CREATE DATABASE f2_other; CREATE TABLE f2_other.things (id int); CREATE DATABASE f2_empty; CREATE DATABASE f2_old; CREATE TABLE f2_old.issues (id varchar(20), status varchar(20))",
    );
    for (const [database, fault] of [
      ["f2_other", "foreign"],
      ["f2_empty", "empty"],
      ["f2_old", "foreign"],
    ] as const) {
      metadataOf(dir, ".", { dolt_database: database, dolt_server_port: server().port });
      const found = await faultOf(openStore(dir).store.openConvoys());
      expect([database, found.fault]).toEqual([database, fault]);
      expect(found.hint.length).toBeGreaterThan(10);
    }
  });

  test("a wrong password is denied, and printed nowhere", async () => {
    const dir = tempDir(onTestFinished).path;
    await server().query(
      "CREATE USER IF NOT EXISTS 'reader'@'%' IDENTIFIED BY 'right-one'; GRANT SELECT ON *.* TO 'reader'@'%'",
    );
    await server().query(
      "CREATE DATABASE f3; CREATE TABLE f3.issues (id varchar(20), status varchar(20)); CREATE TABLE f3.dependencies (issue_id varchar(20), depends_on_id varchar(20), type varchar(20)); CREATE TABLE f3.labels (issue_id varchar(20), label varchar(20))",
    );
    metadataOf(dir, ".", { dolt_database: "f3", dolt_server_port: server().port });
    const wrong = await faultOf(
      openStore(dir, { BEADS_DOLT_SERVER_USER: "reader", BEADS_DOLT_PASSWORD: "wrong-one" }).store.openConvoys(),
    );
    expect(wrong.fault).toBe("denied");
    expect(`${wrong.message} ${wrong.hint}`).not.toMatch(/wrong-one|'reader'/);
    const right = openStore(dir, { GT_DOLT_USER: "reader", GT_DOLT_PASSWORD: "right-one" });
    expect(await right.store.openConvoys()).toEqual([]);
  });

  test.each(["my-db", 'we"ird`na me', "x; drop database hq", "Ünïcode"])(
    "a database may be called %s",
    async (name) => {
      const dir = `${tempDir(onTestFinished).path}/town`;
      const town = await buildDoltTown(dir, server(), { namespace: `${name} ` });
      await town.beads().convoy({ id: "hq-cv-a", tracks: [] });
      const { store } = openStore(dir);
      expect(await store.openConvoys()).toEqual(["hq-cv-a"]);
      await store.convoysTracking(["hq-cv-a"]);
      await town.beads().convoy({ id: "hq-cv-b", tracks: [] });
      expect((await store.convoysTracking(["hq-cv-b"])).get("hq-cv-b")).toEqual(["hq-cv-b"]);
    },
  );

  test("a server that comes back is read again, whatever happened to the connections", async () => {
    const dir = `${tempDir(onTestFinished).path}/town`;
    const town = await buildDoltTown(dir, server(), { namespace: "f5_" });
    await town.beads().convoy({ id: "hq-cv-a", tracks: [] });
    const { store } = openStore(dir);
    expect(await store.openConvoys()).toEqual(["hq-cv-a"]);
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await server().stop(signal);
      expect((await faultOf(store.openConvoys())).fault).toBe("unreachable");
      await server().start();
      await expect
        .poll(() => store.openConvoys().catch((error: DatabaseError) => error.fault), { timeout: 15_000 })
        .toEqual(["hq-cv-a"]);
    }
  });

  test("connections that the server cut while idle cost nothing but another try", async () => {
    const dir = `${tempDir(onTestFinished).path}/town`;
    const town = await buildDoltTown(dir, server(), { namespace: "f6_" });
    await town.beads().convoy({ id: "hq-cv-a", tracks: [] });
    const { store } = openStore(dir);
    for (let round = 0; round < 3; round += 1) {
      expect(await Promise.all([store.openConvoys(), store.openConvoys()])).toEqual([["hq-cv-a"], ["hq-cv-a"]]);
      const [own] = await server().query("SELECT connection_id() AS id");
      for (const row of await server().query("SHOW PROCESSLIST"))
        if (String(row["Id"]) !== String(own?.["id"]) && row["User"] === "root")
          await server().query(`KILL ${Number(row["Id"])}`);
    }
  });
});
