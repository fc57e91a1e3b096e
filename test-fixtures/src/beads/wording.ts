import { localTime, type Row } from "../schema/database.ts";

/** What a rig's daemon remembers of one change, before `bd activity` words it. */
export interface Change {
  readonly type: "create" | "update" | "delete" | "comment" | "status";
  readonly id: string;
  /** Unix ns. */
  readonly time: bigint;
  readonly title?: string;
  readonly assignee?: string;
  readonly actor?: string;
  readonly oldStatus?: string;
  readonly newStatus?: string;
}

const words = (change: Change): readonly [symbol: string, verb: string] => {
  if (change.type === "create") return ["+", "created"];
  if (change.type === "update") return ["→", "updated"];
  if (change.type === "delete") return ["⊘", "deleted"];
  if (change.type === "comment") return ["💬", "comment"];
  if (change.newStatus === "in_progress") return ["→", "started"];
  if (change.newStatus === "closed") return ["✓", "completed"];
  if (change.newStatus === "open" && change.oldStatus) return ["↺", "reopened"];
  return ["→", `→ ${change.newStatus}`];
};

const context = ({ title = "", actor, assignee }: Change): string => {
  const short = Buffer.byteLength(title) > 40 ? `${cutBytes(title, 37)}...` : title;
  const who = actor || assignee;
  const parts = [short, who ? `@${who}` : ""].filter(Boolean);
  return parts.length > 0 ? ` · ${parts.join(" ")}` : "";
};

/** The line that `bd activity --follow --json` of 0.47.1 prints, newline included. */
export const activityLine = (change: Change): string => {
  const [symbol, verb] = words(change);
  const event = {
    timestamp: localTime(change.time),
    type: change.type,
    issue_id: change.id,
    symbol,
    message: `${change.id} ${verb}${context(change)}`,
    old_status: change.oldStatus || undefined,
    new_status: change.newStatus || undefined,
    actor: change.actor || undefined,
  };
  return `${goJson(event)}\n`;
};

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

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
  "\\b": "\\u0008",
  "\\f": "\\u000c",
  "\\udcff": "\\ufffd",
};

/** Stands for a byte that is no UTF-8: a lone surrogate, which no decoded text has. */
const brokenByte = "\udcff";

/** Compact JSON as Go's encoder writes it: keys in order, empty optional keys to be left out by the caller. */
export const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]|\\(?:u[0-9a-f]{4}|.)/g, (found) => escapes[found] ?? found);

/** The first bytes of a text, as a Go slice: a character cut in two leaves broken bytes. */
export const cutBytes = (text: string, bytes: number): string => {
  const all = Buffer.from(text);
  let end = bytes;
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return all.toString("utf8", 0, end) + brokenByte.repeat(bytes - end);
};
