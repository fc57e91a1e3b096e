import { expect, test } from "vitest";
import type { TrackRecord } from "../src/queries.ts";
import { byIds, type ByIds, compile, type Compiled, compilerOf, type Db } from "../src/query-parts.ts";

const db = compilerOf("sqlite") as unknown as Db;
const tracks = db.selectFrom("dependencies as d");

test("a query whose columns have other names than the rows that are read does not compile", () => {
  const right: Compiled<TrackRecord> = compile(tracks.select(["d.issue_id as convoy", "d.depends_on_id as reference"]));
  // @ts-expect-error an alias by another name
  const wrong: Compiled<TrackRecord> = compile(tracks.select(["d.issue_id as convoi", "d.depends_on_id as reference"]));
  // @ts-expect-error a column is missing
  const short: ByIds<TrackRecord> = byIds(tracks.select("d.issue_id as convoy"));
  expect([right.sql, wrong.sql, short(["a"]).sql]).toEqual([
    'select "d"."issue_id" as "convoy", "d"."depends_on_id" as "reference" from "dependencies" as "d"',
    'select "d"."issue_id" as "convoi", "d"."depends_on_id" as "reference" from "dependencies" as "d"',
    'select "d"."issue_id" as "convoy" from "dependencies" as "d"',
  ]);
});
