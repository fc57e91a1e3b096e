import { sqlServers } from "@gastown/test-fixtures/dolt";
import { expect, test } from "vitest";

const { kinds, missing } = sqlServers();

// Its name is the one line in the tally about what this machine leaves out.
test.skipIf(missing !== undefined)(missing ?? "every kind of server is here", () => {
  expect(kinds).toEqual(["mariadb", "dolt"]);
});
