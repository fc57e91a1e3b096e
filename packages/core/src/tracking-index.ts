import { parseReference } from "./references.ts";
import type { IssueDatabase } from "./town-store.ts";

/** Which open convoys track an issue, kept in memory for as long as the town's database has not changed. */
export interface TrackingIndex {
  lookUp(database: IssueDatabase, issues: readonly string[]): Promise<Map<string, readonly string[]>>;
}

export function createTrackingIndex(): TrackingIndex {
  let revision: string | undefined;
  let convoysOf = new Map<string, string[]>();

  return {
    async lookUp(database, issues) {
      const now = `${database.name}\n${await database.revision()}`;
      if (now !== revision) {
        convoysOf = await build(database);
        revision = now;
      }
      const found = new Map<string, readonly string[]>();
      for (const issue of issues) {
        const convoys = convoysOf.get(issue);
        if (convoys) found.set(issue, convoys);
      }
      return found;
    },
  };
}

async function build(database: IssueDatabase): Promise<Map<string, string[]>> {
  const convoysOf = new Map<string, string[]>();
  const put = (issue: string, convoy: string): void => {
    const convoys = convoysOf.get(issue);
    if (convoys === undefined) convoysOf.set(issue, [convoy]);
    else if (!convoys.includes(convoy)) convoys.push(convoy);
  };
  for (const { id } of await database.openConvoys()) put(id, id);
  for (const { convoy, reference } of await database.openTracks()) put(parseReference(reference).id, convoy);
  convoysOf.delete("");
  return convoysOf;
}
