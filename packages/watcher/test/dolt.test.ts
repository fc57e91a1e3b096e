import { sqlServers, useServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe } from "vitest";
import { frozenLeaderSuite } from "./dolt/frozen-leader.ts";
import { mixedTownSuite } from "./dolt/mixed-town.ts";
import { recordedTownSuite } from "./dolt/recorded-town.ts";
import { severalMachinesSuite } from "./dolt/several-machines.ts";

describe.each(sqlServers().kinds)("on %s", (kind) => {
  const server = useServer(kind, { beforeAll, afterAll });
  describe("a town on its way", () => {
    mixedTownSuite(server);
  });
  describe("several machines", () => {
    severalMachinesSuite(server);
  });
  describe("two processes", () => {
    frozenLeaderSuite(server);
  });
  describe("the recorded town of today", () => {
    recordedTownSuite(server);
  });
});
