import { type BulkTown, bulkTown } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { rigOf, tellDaemon } from "./daemon.ts";

/** The last `issuesPer` issues of each convoy are closed; without `completes`, one of each stays open. */
export function townOf(
  dir: string,
  closes: number,
  issuesPer: number,
  completes: boolean,
): { town: BulkTown; ids: string[] } {
  const extra = completes ? 0 : 1;
  const town = bulkTown(dir, {
    convoys: closes / issuesPer,
    issuesPer: issuesPer + extra,
    open: issuesPer + extra,
    rigs: 5,
  });
  return { town, ids: town.convoys.flatMap((convoy) => town.issuesOf(convoy).slice(0, issuesPer)) };
}

/** Closes them all, and tells the daemons. */
export function closeAll(town: BulkTown, ids: readonly string[]): void {
  const databases = town.rigs.map((rig) => new Database(town.db(rig)));
  const statements = databases.map((database) => {
    const close = database.prepare("update issues set status = 'closed', closed_at = datetime('now') where id = ?");
    const event = database.prepare("insert into events (issue_id, event_type, actor) values (?, 'closed', 'bench')");
    return database.transaction((id: string) => void (close.run(id), event.run(id)));
  });
  for (const id of ids) {
    const rig = rigOf(id);
    statements[rig]?.(id);
    tellDaemon(town.beadsDir(`rig${rig}`), id);
  }
  for (const database of databases) database.close();
}
