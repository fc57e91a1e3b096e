import { dirname, join } from "node:path";
import { columnsOf } from "../../beads/rows.ts";
import type { ConvoyControl } from "../../control.ts";
import type { Db, Row } from "../../schema/database.ts";
import { databaseIn, followRedirect, routedBeadsDir, townRoot } from "../../town/places.ts";
import { find, homeOf, query } from "../lib/database.ts";

export interface Convoy {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly type: string;
  readonly description: string;
}

export interface Town {
  readonly root: string;
  readonly beadsDir: string;
}

/** The outermost town around a directory. */
export const findTown = (cwd: string): Town | undefined => {
  const root = townRoot(cwd);
  if (root === undefined) return undefined;
  const beyond = dirname(root) === root ? undefined : findTown(dirname(root));
  return beyond ?? { root, beadsDir: followRedirect(join(root, ".beads")) };
};

const asConvoy = (row: Row): Convoy => ({
  id: String(row["id"]),
  title: String(row["title"] ?? ""),
  status: String(row["status"]),
  type: String(row["issue_type"] ?? "convoy"),
  description: String(row["description"] ?? ""),
});

const isConvoy = (db: Db): string => {
  if (!columnsOf(db, "issues").has("issue_type"))
    return "id IN (SELECT issue_id FROM dependencies WHERE type = 'tracks')";
  return "(issue_type = 'convoy' OR id IN (SELECT issue_id FROM labels WHERE label = 'gt:convoy'))";
};

/** `bd list --type=convoy --status=open`, with the limit of 50 that gt does not lift: the oldest fall off. */
export const openConvoys = ({ beadsDir }: Town): readonly Convoy[] =>
  query(beadsDir, (db) => {
    const order = columnsOf(db, "issues").has("created_at") ? "priority, created_at DESC" : "rowid DESC";
    const sql = `SELECT * FROM issues WHERE status = 'open' AND ${isConvoy(db)} ORDER BY ${order} LIMIT 50`;
    return db.prepare<[], Row>(sql).all().map(asConvoy);
  });

/** A convoy as it is now. */
export const readConvoyRow = ({ beadsDir }: Town, id: string): Convoy | undefined => {
  const row = find(beadsDir, id);
  return row && asConvoy(row);
};

export type Found = { readonly convoy: Convoy } | { readonly error: string };

/** `bd show <id>` in the town, for which tombstones are not there. */
export const findConvoy = (town: Town, id: string): Found => {
  const { beadsDir } = homeOf(town.beadsDir, town.root, id);
  const row = find(beadsDir, id);
  if (row === undefined || row["status"] === "tombstone") return { error: `convoy '${id}' not found` };
  const convoy = asConvoy(row);
  const known = query(beadsDir, (db) => db.prepare(`SELECT 1 FROM issues WHERE id = ? AND ${isConvoy(db)}`).get(id));
  return known === undefined ? { error: `'${id}' is not a convoy (type: ${convoy.type})` } : { convoy };
};

/** Ids that a convoy tracks: of an external reference, everything after the second colon. */
const trackedIds = ({ beadsDir }: Town, convoy: string): readonly string[] =>
  query(beadsDir, (db) =>
    db
      .prepare<[string], string>("SELECT depends_on_id FROM dependencies WHERE issue_id = ? AND type = 'tracks'")
      .pluck()
      .all(convoy),
  ).map((reference) => (reference.startsWith("external:") ? reference.split(":").slice(2).join(":") : reference));

/** Status as gt sees it: unknown when `bd show` does not show it. */
const statusOf = (town: Town, id: string, control: ConvoyControl): string => {
  const routed = routedBeadsDir(town.root, id) ?? town.beadsDir;
  const foreign = routed !== town.beadsDir;
  if (foreign && control.blindRigs === true) return "open";
  if (control.mode === "head" && databaseIn(routed).backend === "dolt") return "unknown";
  const status = find(routed, id)?.["status"];
  return status === undefined || status === "tombstone" ? "unknown" : String(status);
};

/** How many issues a convoy tracks, how many of them gt takes for open, and of how many of those it knows nothing. */
export const progress = (
  town: Town,
  convoy: string,
  control: ConvoyControl,
): { readonly total: number; readonly open: number; readonly unknown: number } => {
  const states = trackedIds(town, convoy).map((id) => statusOf(town, id, control));
  const open = states.filter((state) => state !== "closed");
  return { total: states.length, open: open.length, unknown: open.filter((state) => state === "unknown").length };
};
