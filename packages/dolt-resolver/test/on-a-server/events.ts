import { randomUUID } from "node:crypto";
import { createDoltBeads, type DoltBeads, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, test } from "vitest";
import type { History } from "../../src/history.ts";
import { historyOf } from "../support/history.ts";

const HOUR = 3_600;

/** What the history of a database tells. */
export function eventsSuite(server: () => SqlServer): void {
  let serial = 0;

  interface Subject {
    readonly beads: DoltBeads;
    readonly cursor: History;
    readonly time: ReturnType<typeof historyOf>["time"];
    /** Events of one issue each, so many seconds from now. */
    write(ids: readonly string[], seconds: number, table?: string): Promise<unknown>;
    told(): Promise<string[]>;
  }

  const newSubject = async (): Promise<Subject> => {
    const name = `e${(serial += 1)}_hq`;
    const beads = await createDoltBeads(server(), name);
    const { history: cursor, time } = historyOf(server(), name);
    return {
      beads,
      cursor,
      time,
      write: (ids, seconds, table = "events") =>
        server().query(
          `INSERT INTO ${name}.${table} (id, issue_id, event_type, actor, created_at) VALUES ${ids
            .map(
              (id) =>
                `('${randomUUID()}', '${id}', 'created', 'dev', date_add(UTC_TIMESTAMP(), INTERVAL ${seconds} SECOND))`,
            )
            .join(", ")}`,
        ),
      told: async () => (await cursor()).changes.map(({ issue }) => issue).toSorted(),
    };
  };
  const many = (name: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${name}-${at}`);

  test("the new ones are told, once, whatever history there is", async () => {
    const { write, told } = await newSubject();
    await write(["hq-oldest"], -2 * HOUR);
    await write(many("old", 400), -HOUR);
    await write(many("wisp", 10), -2 * HOUR, "wisp_events");
    expect(await told()).toEqual([]);
    await write(["hq-new"], 0);
    await write(["hq-wisp-new"], 0, "wisp_events");
    expect(await told()).toEqual(["hq-new", "hq-wisp-new"]);
    expect(await told()).toEqual([]);
  });

  test("of one second they come in any order, and from a clock that is some seconds behind", async () => {
    const { write, told } = await newSubject();
    await write(["hq-1"], 0);
    expect(await told()).toEqual([]);
    await write(["hq-2"], 0);
    expect(await told()).toEqual(["hq-2"]);
    await write(["hq-late"], -5);
    expect(await told()).toEqual(["hq-late"]);
  });

  test("one of a time to come hides none of the present, and is told in its time", async () => {
    const { write, told, time } = await newSubject();
    await write(many("future", 300), HOUR);
    expect(await told()).toEqual([]);
    await write(["hq-1"], 0);
    expect(await told()).toEqual(["hq-1"]);
    await write(["hq-soon"], 90);
    expect(await told()).toEqual([]);
    time.pass(40_000);
    expect(await told()).toEqual(["hq-soon"]);
  });

  test("too many to look at are told as that, once; what comes after is followed", async () => {
    const { write, cursor, told } = await newSubject();
    expect(await cursor()).toEqual({ changes: [], overrun: false });
    await write(many("many", 300), 0);
    expect(await cursor()).toEqual({ changes: [], overrun: true });
    expect(await cursor()).toEqual({ changes: [], overrun: false });
    await write(["hq-after"], 2);
    expect(await told()).toEqual(["hq-after"]);
  });

  test("a table that was dropped and made anew is followed on", async () => {
    const { beads, write, told } = await newSubject();
    await write(["hq-1"], 0);
    expect(await told()).toEqual([]);
    await server().query(
      `CREATE TABLE ${beads.database}.kept LIKE ${beads.database}.events; DROP TABLE ${beads.database}.events; CREATE TABLE ${beads.database}.events LIKE ${beads.database}.kept`,
    );
    expect(await told()).toEqual([]);
    await write(["hq-2"], 0);
    expect(await told()).toEqual(["hq-2"]);
  });
}
