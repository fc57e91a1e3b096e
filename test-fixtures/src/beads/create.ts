import { createHash } from "node:crypto";
import { type Db, localTime, nowNs, type Row, utcTime } from "../schema/database.ts";
import { findIssue, insert, inserter } from "./rows.ts";
import { type Change, issueJson } from "./wording.ts";

export interface IssueFields {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly status?: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  readonly assignee?: string;
  /** `dev` by default. */
  readonly createdBy?: string;
}

export const author = "dev";

/** The row of a new issue, with the empty strings that bd writes where it could have written NULL. */
export const issueRow = (issue: IssueFields, time: bigint = nowNs()): Row => {
  const at = localTime(time);
  const status = issue.status ?? "open";
  const deleted = status === "tombstone";
  return {
    id: issue.id,
    content_hash: createHash("sha256").update(`${issue.id}\0${issue.title}`).digest("hex"),
    title: issue.title,
    description: issue.description ?? "",
    status,
    priority: 2,
    issue_type: issue.type ?? "task",
    assignee: issue.assignee ?? "",
    created_at: at,
    created_by: issue.createdBy ?? author,
    owner: `${author}@example.com`,
    updated_at: at,
    closed_at: status === "closed" ? at : null,
    close_reason: status === "closed" ? "Closed" : "",
    deleted_at: deleted ? at : null,
    await_type: "",
    await_id: "",
    timeout_ns: 0,
    waiters: "",
  };
};

/** As `bd create`: the issue, its labels, their events. */
export const createIssue = (db: Db, issue: IssueFields): Change => {
  const time = nowNs();
  const row = issueRow(issue, time);
  insert(db, "issues", row);
  const event = inserter(db, "events");
  const common = { issue_id: issue.id, actor: author, created_at: utcTime(time) };
  event({ ...common, event_type: "created", new_value: issueJson(row) });
  for (const label of issue.labels ?? []) {
    insert(db, "labels", { issue_id: issue.id, label });
    event({ ...common, event_type: "label_added", comment: `Added label: ${label}` });
  }
  insert(db, "dirty_issues", { issue_id: issue.id, marked_at: localTime(time) });
  return {
    type: "create",
    id: issue.id,
    time,
    title: issue.title,
    ...(issue.assignee && { assignee: issue.assignee }),
  };
};

const record = (db: Db, id: string, time: bigint, event: string, comment: string): Change => {
  insert(db, "events", {
    issue_id: id,
    event_type: event,
    actor: author,
    comment,
    created_at: utcTime(time),
  });
  insert(db, "dirty_issues", { issue_id: id, marked_at: localTime(time) });
  return { type: "update", id, time, title: String(findIssue(db, id)?.["title"] ?? "") };
};

/** As `bd dep add <convoy> <reference> --type=tracks`, with the reference as it is. */
export const addTracks = (db: Db, convoy: string, reference: string): Change => {
  const time = nowNs();
  insert(db, "dependencies", {
    issue_id: convoy,
    depends_on_id: reference,
    type: "tracks",
    created_at: localTime(time),
    created_by: author,
    metadata: "",
    thread_id: "",
  });
  return record(db, convoy, time, "dependency_added", `Added dependency: ${convoy} tracks ${reference}`);
};

/** As `bd dep remove`. */
export const removeTracks = (db: Db, convoy: string, reference: string): Change => {
  db.prepare("DELETE FROM dependencies WHERE issue_id = ? AND depends_on_id = ? AND type = 'tracks'").run(
    convoy,
    reference,
  );
  return record(
    db,
    convoy,
    nowNs(),
    "dependency_removed",
    `Removed dependency: ${convoy} no longer depends on ${reference}`,
  );
};
