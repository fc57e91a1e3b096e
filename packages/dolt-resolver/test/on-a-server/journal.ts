import { createDoltBeads, type DoltBeads, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, test } from "vitest";
import type { History } from "../../src/history.ts";
import { historyOf } from "../support/history.ts";

/** What the journal that bd keeps on demand adds to the events. */
export function journalSuite(server: () => SqlServer): void {
  let serial = 0;

  interface Subject {
    readonly beads: DoltBeads;
    readonly history: History;
    /** Records as bd writes them, with the next numbers. */
    write(...records: readonly (readonly [op: string, id: string])[]): Promise<unknown>;
    query(text: string): Promise<unknown>;
  }

  const newSubject = async (): Promise<Subject> => {
    const name = `j${(serial += 1)}_hq`;
    const beads = await createDoltBeads(server(), name, "v66");
    const query = (text: string): Promise<unknown> => server().query(`USE ${name}; ${text}`);
    await query("INSERT INTO bd_events_seq VALUES (0, 0)");
    let seq = 0;
    return {
      beads,
      query,
      history: historyOf(server(), name).history,
      write: (...records) => {
        const rows = records.map(([op, id]) => `(${(seq += 1)}, UTC_TIMESTAMP(), '${op}', '${id}')`);
        return query(
          `INSERT INTO bd_events_journal (seq, ts, op, issue_id) VALUES ${rows.join(", ")}; UPDATE bd_events_seq SET next_seq = ${seq}`,
        );
      },
    };
  };
  const nothing = { changes: [], overrun: false };

  test("is followed from where it stands, in its order; a comment is no news", async () => {
    const { beads, history, write } = await newSubject();
    await beads.issue({ id: "hq-1" });
    await write(["create", "hq-1"]);
    expect(await history()).toEqual(nothing);
    await beads.close("hq-1", { event: false });
    await write(["close", "hq-1"], ["comment", "hq-2"], ["delete", "hq-3"], ["dep_add", "hq-cv-a"]);
    expect(await history()).toEqual({
      changes: [
        { issue: "hq-1", closed: true },
        { issue: "hq-3", closed: false },
        { issue: "hq-cv-a", closed: false },
      ],
      overrun: false,
    });
    expect(await history()).toEqual(nothing);
  });

  test("of a wisp is told by the state of the wisp", async () => {
    const { beads, history, write } = await newSubject();
    await beads.issue({ id: "hq-wisp-1", wisp: true, status: "closed" });
    await history();
    await write(["close", "hq-wisp-1"]);
    expect((await history()).changes).toContainEqual({ issue: "hq-wisp-1", closed: true });
  });

  test("leaves nothing out where the events are too many to look at", async () => {
    const { history, write, query } = await newSubject();
    await history();
    const ids = Array.from({ length: 300 }, (_, at) => `hq-m${at}`);
    const rows = ids.map((id) => `(uuid(), '${id}', 'created', 'dev', UTC_TIMESTAMP())`);
    await query(`INSERT INTO events (id, issue_id, event_type, actor, created_at) VALUES ${rows.join(", ")}`);
    await write(...ids.map((id) => ["create", id] as const));
    const { changes, overrun } = await history();
    expect([changes.length, overrun]).toEqual([300, false]);
  });

  test("hides nothing of a client that writes none", async () => {
    const { beads, history, write } = await newSubject();
    await history();
    await write(["create", "hq-1"]);
    await beads.issue({ id: "hq-plain" });
    expect((await history()).changes.map(({ issue }) => issue)).toEqual(["hq-1", "hq-plain"]);
    await beads.close("hq-plain");
    expect(await history()).toEqual({ changes: [{ issue: "hq-plain", closed: true }], overrun: false });
  });

  test("events tell of an issue that is opened again, which the journal calls an update", async () => {
    const { beads, history, write } = await newSubject();
    await beads.issue({ id: "hq-1", status: "closed" });
    await history();
    await beads.setStatus("hq-1", "open", "reopened");
    await write(["update", "hq-1"]);
    expect(await history()).toEqual({
      changes: [{ issue: "hq-1", closed: false, reopened: true }],
      overrun: false,
    });
  });

  test("that was pruned before it was read, that grew by too much, or that was made anew, calls for a look at everything", async () => {
    const { history, write, query } = await newSubject();
    await history();
    await write(["create", "hq-1"], ["create", "hq-2"]);
    await query("DELETE FROM bd_events_journal WHERE seq = 1");
    expect(await history()).toEqual({ changes: [{ issue: "hq-2", closed: false }], overrun: true });
    await write(["create", "hq-3"]);
    await query("DELETE FROM bd_events_journal");
    expect((await history()).overrun, "all of it pruned").toBe(true);
    expect(await history()).toEqual(nothing);
    await write(...Array.from({ length: 1_001 }, (_, at) => ["create", `hq-n${at}`] as const));
    expect(await history()).toEqual({ changes: [], overrun: true });
    expect(await history()).toEqual(nothing);
    await query("DELETE FROM bd_events_journal; UPDATE bd_events_seq SET next_seq = 0");
    expect((await history()).overrun, "made anew").toBe(true);
    expect(await history()).toEqual(nothing);
  });
}
