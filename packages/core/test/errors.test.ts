import { expect, test } from "vitest";
import { DatabaseError, messageOf, WatcherError } from "../src/index.ts";

test("an error says what happened, what to do, and what kind it is", () => {
  const cause = new Error("SQLITE_BUSY");
  const error = new DatabaseError(
    "locked",
    "/town/.beads/beads.db",
    "the database is locked",
    "close the other program",
    { cause },
  );
  expect(error).toBeInstanceOf(WatcherError);
  expect(error).toMatchObject({
    name: "DatabaseError",
    code: "database-locked",
    fault: "locked",
    database: "/town/.beads/beads.db",
    message: "the database is locked",
    hint: "close the other program",
    cause,
  });
});

test.for([
  [new Error("a"), "a"],
  ["b", "b"],
  [undefined, "undefined"],
  [null, "null"],
] as const)("whatever was thrown has a message: %s", ([thrown, message]) => {
  expect(messageOf(thrown)).toBe(message);
});
