import { sqlServers, useServer } from "@gastown/test-fixtures/dolt";
import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertReads } from "../src/reads.ts";
import { createDoltServer } from "../src/server.ts";

const reads = [
  "select 1",
  "SHOW TABLES FROM `hq`",
  "\n select `a``; drop table x` from `into`.`for update`",
  "select 'into outfile', 'it''s -- so'",
  "show variables like '%\\_working'",
];
const others = [
  "insert into issues values (1)",
  "update issues set status = 'closed'",
  "delete from issues",
  "replace into issues values (1)",
  "call dolt_commit('-m', 'x')",
  "set @@hq_working = 'x'",
  "use hq",
  "begin",
  "select 1; drop table issues",
  "select 1 into outfile '/tmp/x'",
  "select * from issues for update",
  "select * from issues lock in share mode",
  "select 1 /* hidden */",
  "select `a` -- ; drop",
  "with x as (select 1) delete from issues",
  "",
];

test.each(reads)("may be sent: %s", (statement) => {
  expect(() => assertReads(statement)).not.toThrow();
});

test.each(others)("is never sent: %s", (statement) => {
  expect(() => assertReads(statement)).toThrow("only SELECT and SHOW are ever sent");
});

describe.each(sqlServers().kinds)("a connection to %s", (kind) => {
  const server = useServer(kind, { beforeAll, afterAll });

  test("has the check in it, and is good for more after it", async () => {
    const dolt = createDoltServer(
      { host: "127.0.0.1", port: server().port, user: "root", password: "" },
      { clock: { now: () => 0 }, random: () => 0 },
    );
    try {
      await expect(dolt.rows(CompiledQuery.raw("create database made_by_us"), "hq")).rejects.toThrow(
        "only SELECT and SHOW",
      );
      const alone = await dolt.connectAlone();
      await expect(alone.rows("create database made_by_us")).rejects.toThrow("only SELECT and SHOW");
      alone.close();
      expect(await dolt.rows(CompiledQuery.raw("show databases like 'made_by_us'"), "hq")).toEqual([]);
    } finally {
      await dolt.close();
    }
  });

  test("waits so long for an answer, and no longer", async () => {
    const dolt = createDoltServer(
      { host: "127.0.0.1", port: server().port, user: "root", password: "" },
      { clock: { now: () => performance.now() }, random: () => 0 },
    );
    try {
      await expect(dolt.rows(CompiledQuery.raw("select sleep(20)"), "hq")).rejects.toMatchObject({
        fault: "unreachable",
      });
      expect(await dolt.rows(CompiledQuery.raw("select 1 as one"), "hq")).toEqual([{ one: 1 }]);
    } finally {
      await dolt.close();
    }
  });
});
