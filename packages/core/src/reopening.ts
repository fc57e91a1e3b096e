import { DatabaseError } from "./errors.ts";
import { remember, type Run } from "./run.ts";

/** Says, once for each reopening, which closed convoys track an issue that is open again by a fresh read. */
export async function warnOfReopening(run: Run, issue: string): Promise<void> {
  const { report, store } = run.options;
  try {
    const ids = (await store.closedConvoysTracking?.(issue)) ?? [];
    for (const [id, { tracked }] of await store.readConvoys(ids)) {
      const reopened = tracked.find((tracks) => tracks.id === issue && tracks.state === "open");
      if (reopened === undefined || !remember(run.warned, `${id}\n${issue}\n${reopened.since ?? ""}`)) continue;
      report({
        event: "warning",
        message: `${issue} is open again, and ${id}, which tracks it, is closed`,
        hint: `reopen the convoy (gt convoy add ${id} ${issue}) if it should wait for ${issue}`,
      });
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
  }
}
