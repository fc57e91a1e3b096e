import { DatabaseError, type IssueDatabase, type OpenConvoys } from "@gastown/convoy-core";
import { answersBy, toOpenConvoys } from "@gastown/sql";
import { doltError } from "./faults.ts";
import { type Opening, openDatabase } from "./opening.ts";
import { createIdentity, doneStatusesOf, goneIssues, schemaVersion } from "./other-questions.ts";
import type { DoltServer } from "./server.ts";

/** A beads database on a Dolt SQL server. */
export interface DoltDatabase extends IssueDatabase {
  /**
   * The server that has it now.
   *
   * @internal
   */
  server(): DoltServer;
  /**
   * What is there to ask.
   *
   * @internal
   * @throws {DatabaseError} when it cannot be opened
   */
  opening(): Promise<Opening>;
}

/** Tells servers apart without their addresses. */
const serials = new WeakMap<DoltServer, number>();
let lastSerial = 0;

/**
 * @param locate the server, which may move
 * @param database its name there
 * @param projectId what it must call its project, if that is known
 */
export function createDoltDatabase(locate: () => DoltServer, database: string, projectId?: string): DoltDatabase {
  const identify = createIdentity(database, projectId);
  let opened: Opening | undefined;
  let changes = 0;
  /** All that is open, as it was at that revision: the feed and the index of what is tracked ask for it after every commit. */
  let kept: { readonly revision: string; readonly open: Promise<OpenConvoys> } | undefined;

  /** A schema that changed under us (a migration) shows as a missing column: it is looked at anew, once. */
  const read = async <T>(query: (opening: Opening) => Promise<T>): Promise<T> => {
    for (let retried = false; ; retried = true) {
      let at: Opening | undefined;
      try {
        opened = at = await openDatabase(locate(), database, opened);
        await identify(at.server);
        const result = await query(at);
        // The connection may have been made for this very read.
        await identify(at.server);
        return result;
      } catch (error) {
        if (!(error instanceof DatabaseError) || !/^(?:foreign|missing)$/.test(error.fault)) throw error;
        if (at !== undefined) at.server.schemas.doubt(at.look);
        if (retried || error.fault === "missing") throw error;
      }
    }
  };

  const withTracks = <T>(query: (opening: Opening) => Promise<T>): Promise<T> =>
    read((at) => {
      if (at.shape.dependencies === false)
        throw doltError("foreign", database, "it has no table dependencies of a form that this program knows");
      // Every bd that knows Dolt makes them. While one is away, a convoy that has an owner looks like one that may land.
      const unlabelled = !at.shape.labels ? "labels" : at.shape.wisps?.labels === false ? "wisp_labels" : undefined;
      if (unlabelled !== undefined)
        throw doltError("foreign", database, `it has no table ${unlabelled}(issue_id, label)`);
      return query(at);
    });

  const revision = async (): Promise<string> => {
    const server = locate();
    const [hash] = (await server.isDolt(database)) ? await server.workingSets.hashes([database]) : [];
    if (!serials.has(server)) serials.set(server, (lastSerial += 1));
    // Without a hash nothing says that all is as it was, so that it never is.
    return `${serials.get(server)}:${hash ?? `#${(changes += 1)}`}`;
  };

  return {
    name: database,
    server: locate,
    opening: () => read(async (at) => at),
    revision,
    schema: () => read((at) => schemaVersion(at.server, database)),
    doneStatuses: () => read((at) => doneStatusesOf(at.server, database)),
    gone: (ids) => read((at) => goneIssues(at, ids)),
    ...answersBy({
      rows: (question, ids) => read((at) => at.ask(question, ids)),
      convoyRows: (question, ids) => withTracks(async (at) => (await at.ask(question, ids)) ?? []),
    }),
    async openWithTracks() {
      const now = await revision();
      if (kept?.revision === now) return kept.open;
      const open = withTracks(async (at) => toOpenConvoys(await at.rows(at.queries.openWithTracks)));
      const keeping = { revision: now, open };
      kept = keeping;
      open.catch(() => {
        if (kept === keeping) kept = undefined;
      });
      return open;
    },
  };
}
