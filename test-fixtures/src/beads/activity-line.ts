import { localTime } from "../schema/times.ts";
import { cutBytes, goJson } from "./go-json.ts";

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
