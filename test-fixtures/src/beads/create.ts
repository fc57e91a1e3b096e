import { createHash } from "node:crypto";
import type { Db, Row } from "../schema/open.ts";
import { localTime, nowNs, utcTime } from "../schema/times.ts";
import type { Change } from "./activity-line.ts";
import { issueJson } from "./issue-json.ts";
import { inserter, insert } from "./rows.ts";

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
