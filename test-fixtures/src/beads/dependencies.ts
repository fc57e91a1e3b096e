import type { Db } from "../schema/open.ts";
import { localTime, nowNs, utcTime } from "../schema/times.ts";
import type { Change } from "./activity-line.ts";
import { author } from "./create.ts";
import { findIssue, insert } from "./rows.ts";

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
