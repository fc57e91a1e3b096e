import { closeConvoysOf, closeIssue, setStatus, tombstoneIssue } from "../../beads/change.ts";
import { createIssue } from "../../beads/create.ts";
import { type Change, issueObject } from "../../beads/wording.ts";
import type { Db } from "../../schema/database.ts";
import { issueId } from "../../town/homes.ts";
import { localBeadsDir, townRoot } from "../../town/places.ts";
import { change, find, homeOf, query } from "../lib/database.ts";
import { type Args, err, fail, finish, out } from "../lib/stand-in.ts";

export type Command = (words: readonly string[], args: Args) => void;

const noDatabase = "Error: no beads database found\nHint: run 'bd init' to create a database in the current directory";

const local = (): string => localBeadsDir(process.cwd()) ?? fail(noDatabase);

const eachIssue =
  (said: (id: string, args: Args) => string, work: (db: Db, id: string, args: Args) => Change): Command =>
  (ids, args) => {
    const here = local();
    let missing = 0;
    for (const id of ids) {
      const { beadsDir, routed } = homeOf(here, townRoot(process.cwd()), id);
      if (find(beadsDir, id) === undefined) {
        err(`Error: resolving ID ${id}: no issue found matching "${id}"\n`);
        missing += 1;
        continue;
      }
      const tell = !routed && !args.flag("--no-daemon");
      change(beadsDir, tell, (db) => work(db, id, args));
      out(`${said(id, args)}\n`);
    }
    if (missing > 0) finish(1);
  };

const reason = (args: Args): string => args.value("--reason", "-r") ?? "Closed";
const actor = (args: Args): { readonly actor?: string } => {
  const named = args.value("--actor");
  return named === undefined ? {} : { actor: named };
};

const create: Command = ([title = ""], args) => {
  const here = local();
  if (title === "") fail("Error: title required");
  let made = args.value("--id") ?? "";
  change(here, !args.flag("--no-daemon"), (db) => {
    const prefix = db.prepare<[], string>("SELECT value FROM config WHERE key = 'issue_prefix'").pluck().get();
    made ||= issueId(prefix ?? "bd", () => false);
    const type = args.value("--type", "-t");
    return createIssue(db, { id: made, title, ...(type !== undefined && { type }) });
  });
  const issue = find(here, made);
  if (args.flag("--json") && issue !== undefined) out(`${JSON.stringify(issueObject(issue), null, 2)}\n`);
  else out(`✓ Created issue: ${made}\n  Title: ${title}\n`);
};

/** Tombstones are hidden; what is not found is said on stderr, with exit status 0 and no array when nothing is left. */
const show: Command = (ids, args) => {
  const here = local();
  const found = ids.flatMap((id) => {
    const { beadsDir } = homeOf(here, townRoot(process.cwd()), id);
    const issue = find(beadsDir, id);
    if (issue === undefined || issue["status"] === "tombstone") {
      err(`Issue ${id} not found\n`);
      return [];
    }
    const labels = query(beadsDir, (db) =>
      db.prepare<[string], string>("SELECT label FROM labels WHERE issue_id = ? ORDER BY label").pluck().all(id),
    );
    return [issueObject(issue, labels)];
  });
  if (found.length === 0) return;
  if (args.flag("--json")) out(`${JSON.stringify(found, null, 2)}\n`);
  else for (const issue of found) out(`${issue["id"]}: ${issue["title"]}\nStatus: ${issue["status"]}\n`);
};

/** Every command but `activity` and `version`. */
export const commands: Readonly<Record<string, Command>> = {
  close: eachIssue(
    (id, args) => `✓ Closed ${id}: ${reason(args)}`,
    (db, id, args) => {
      const closed = closeIssue(db, id, { reason: reason(args), ...actor(args) });
      closeConvoysOf(db, id);
      return closed;
    },
  ),
  reopen: eachIssue(
    (id) => `↻ Reopened ${id}`,
    (db, id, args) => setStatus(db, id, "open", actor(args)),
  ),
  update: eachIssue(
    (id) => `✓ Updated issue: ${id}`,
    (db, id, args) => setStatus(db, id, args.value("--status", "-s") ?? "open", actor(args)),
  ),
  delete: eachIssue(
    (id) => `✓ Deleted ${id}`,
    (db, id) => tombstoneIssue(db, id),
  ),
  create,
  show,
};
