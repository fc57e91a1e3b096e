import { sqlServers, useServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe } from "vitest";
import { costSuite, movingSuite } from "./on-a-server/cost.ts";
import { eventsSuite } from "./on-a-server/events.ts";
import { goneSuite } from "./on-a-server/gone.ts";
import { journalSuite } from "./on-a-server/journal.ts";
import { leaderLockSuite, silenceSuite } from "./on-a-server/leader-lock.ts";
import { migrationSuite } from "./on-a-server/migration.ts";
import { oracleSuite } from "./on-a-server/oracle.ts";
import { sessionsSuite } from "./on-a-server/sessions.ts";

describe("who leads", () => {
  silenceSuite();
});

describe.each(sqlServers().kinds)("on %s", (kind) => {
  const server = useServer(kind, { beforeAll, afterAll });
  describe.skipIf(kind !== "mariadb")("what it is asked", () => {
    costSuite(server);
  });
  describe("a server that moves or hangs", () => {
    movingSuite(server);
  });
  describe.skipIf(kind !== "mariadb")("its sessions", () => {
    sessionsSuite(server);
  });
  describe("who leads", () => {
    leaderLockSuite(server);
  });
  describe("issues that are gone", () => {
    goneSuite(server, kind);
  });
  describe("whatever others do", () => {
    oracleSuite(server);
  });
  describe("the events of a database", () => {
    eventsSuite(server);
  });
  describe("the journal of a database", () => {
    journalSuite(server);
  });
  describe("a schema that is migrated under the watcher", () => {
    migrationSuite(server);
  });
});
