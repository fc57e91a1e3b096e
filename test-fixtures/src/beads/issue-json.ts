import type { Row } from "../schema/open.ts";
import { goJson } from "./go-json.ts";

const always = ["id", "title", "status", "priority", "issue_type"];
const order = [
  "id",
  "title",
  "description",
  "status",
  "priority",
  "issue_type",
  "assignee",
  "owner",
  "created_at",
  "created_by",
  "updated_at",
  "closed_at",
  "close_reason",
  "deleted_at",
  "deleted_by",
  "delete_reason",
  "original_type",
];

/** An issue as bd prints it, and as it keeps it in `events`: empty fields left out. */
export const issueObject = (issue: Row, labels: readonly string[] = []): Record<string, unknown> => {
  const fields = order
    .filter((name) => issue[name] !== undefined && (always.includes(name) || issue[name]))
    .map((name) => [name, issue[name]] as const);
  return { ...Object.fromEntries(fields), ...(labels.length > 0 && { labels }) };
};

export const issueJson = (issue: Row): string => goJson(issueObject(issue));
