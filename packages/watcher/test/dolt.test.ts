import { describe } from "vitest";
import { mergeSourcesSuite } from "./dolt/merge-sources.ts";
import { recordedTownSuite } from "./dolt/recorded-town.ts";
import { serverKinds, useServer } from "./dolt/servers.ts";

describe("two sources of one name", () => {
  mergeSourcesSuite();
});

describe.each(serverKinds)("on %s", (kind) => {
  const server = useServer(kind);
  describe("the recorded town of today", () => {
    recordedTownSuite(server);
  });
});
