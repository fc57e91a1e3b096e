import { type Db, localTime, nowNs, type Row, utcTime } from "../schema/database.ts";
import { author } from "./create.ts";
import { columnsOf, getIssue, insert, updateIssue } from "./rows.ts";
import { type Change, goJson, issueJson } from "./wording.ts";

export interface ChangeOptions {
  readonly event?: boolean;
  readonly reason?: string;
  readonly actor?: string;
}

interface Edit {
  readonly changes: Row;
  readonly event: string;
  readonly actor?: string;
  readonly oldValue?: string;
  readonly newValue?: string;
  readonly comment?: string;
}

const apply = (
  db: Db,
  id: string,
  options: ChangeOptions,
  edit: (issue: Row, at: string) => Edit,
): { readonly issue: Row; readonly time: bigint } => {
  const issue = getIssue(db, id);
  const time = nowNs();
  const { changes, event, actor, oldValue, newValue, comment } = edit(issue, localTime(time));
  updateIssue(db, id, { updated_at: localTime(time), ...changes });
  if (options.event !== false) {
    insert(db, "events", {
      issue_id: id,
      event_type: event,
      actor: actor ?? options.actor ?? author,
      old_value: oldValue ?? null,
      new_value: newValue ?? null,
      comment: comment ?? null,
      created_at: utcTime(time),
    });
  }
  insert(db, "dirty_issues", { issue_id: id, marked_at: localTime(time) });
  return { issue, time };
};

const told = (issue: Row, time: bigint): Pick<Change, "id" | "time" | "title" | "assignee"> => ({
  id: String(issue["id"]),
  time,
  title: String(issue["title"] ?? ""),
  assignee: String(issue["assignee"] ?? ""),
});

/** As `bd close`. */
export const closeIssue = (db: Db, id: string, options: ChangeOptions = {}): Change => {
  const reason = options.reason ?? "Closed";
  const { issue, time } = apply(db, id, options, (_, at) => ({
    changes: { status: "closed", closed_at: at, close_reason: reason, closed_by_session: "" },
    event: "closed",
    comment: reason,
  }));
  return {
    ...told(issue, time),
    type: "status",
    oldStatus: String(issue["status"]),
    newStatus: "closed",
  };
};

/**
 * What beads does by itself when an issue closes: a convoy with the label `gt:convoy` closes when nothing it tracks
 * in this very database is left open. External references do not count, and nobody is told.
 */
export const closeConvoysOf = (db: Db, id: string): void => {
  if (columnsOf(db, "labels").size === 0) return;
  const complete = db
    .prepare<[string], string>(
      `SELECT c.id FROM issues c
       JOIN labels l ON l.issue_id = c.id AND l.label = 'gt:convoy'
       JOIN dependencies d ON d.issue_id = c.id AND d.type = 'tracks' AND d.depends_on_id = ?
       WHERE c.status != 'closed' AND NOT EXISTS (
         SELECT 1 FROM dependencies t JOIN issues i ON i.id = t.depends_on_id
         WHERE t.issue_id = c.id AND t.type = 'tracks' AND i.status NOT IN ('closed', 'tombstone'))`,
    )
    .pluck()
    .all(id);
  const how = { reason: "All tracked issues completed", actor: "system:convoy-completion" };
  for (const convoy of complete) closeIssue(db, convoy, how);
};

/** As `bd update --status`; `bd reopen` is the same with `open`. */
export const setStatus = (db: Db, id: string, status: string, options: ChangeOptions = {}): Change => {
  const { issue, time } = apply(db, id, options, (old, at) => {
    const closing = status === "closed";
    const reopening = old["status"] === "closed" && !closing;
    const changes: Row = {
      ...(reopening && { close_reason: "" }),
      closed_at: closing ? at : null,
      status,
    };
    const sent = closing || reopening ? changes : { status };
    return {
      changes,
      event: closing ? "closed" : reopening ? "reopened" : old["status"] === status ? "updated" : "status_changed",
      oldValue: issueJson(old),
      newValue: goJson(sent),
    };
  });
  const oldStatus = String(issue["status"]);
  const actor = options.actor ?? author;
  if (oldStatus === status) return { ...told(issue, time), type: "update", actor };
  return { ...told(issue, time), type: "status", actor, oldStatus, newStatus: status };
};

/** As `bd delete --force`, which leaves a tombstone. */
export const tombstoneIssue = (db: Db, id: string, options: ChangeOptions = {}): Change => {
  const by = "batch delete";
  const { time } = apply(db, id, options, (old, at) => ({
    changes: {
      status: "tombstone",
      closed_at: null,
      deleted_at: at,
      deleted_by: by,
      delete_reason: by,
      original_type: old["issue_type"] ?? "",
    },
    event: "deleted",
    actor: by,
    comment: by,
  }));
  return { type: "delete", id, time };
};

/** As the import of a JSONL line that says closed. No daemon hears of it. */
export const importClosed = (db: Db, id: string, options: ChangeOptions = {}): void => {
  apply(db, id, options, (old, at) => ({
    changes: { status: "closed", closed_at: at },
    event: "updated",
    actor: "import",
    oldValue: issueJson(old),
    newValue: goJson({
      closed_at: at,
      issue_type: old["issue_type"],
      status: "closed",
      title: old["title"],
    }),
  }));
};
