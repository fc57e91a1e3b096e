import { DatabaseError, printable, type Reporter } from "@gastown/convoy-core";
import { checkTown, leftOutOf, openStore, type WatchTownOptions } from "@gastown/convoy-watcher";
import { EXIT, ConvoyNotFoundError, WatcherSilentError } from "../errors.ts";
import type { LandingOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { createTally } from "../reporters/text.ts";
import { askWatcher, watcherToAsk } from "../sweep-requests.ts";
import { createReporter, takeLeaving, townOptions } from "./landing.ts";

/** One sweep, of the whole town or of these convoys. */
export async function checkCommand(convoys: readonly string[], options: LandingOptions): Promise<number> {
  const output = createOutput(options.color);
  const tally = createTally();
  const tell = createReporter(options, output, { changesOnly: false });
  const report: Reporter = (record) => {
    tally.note(record);
    tell(record);
  };
  const stopping = takeLeaving(output.err);
  try {
    const town = townOptions(options, report, stopping);
    const watcher = options.dryRun ? undefined : watcherToAsk(town.town);
    if (watcher !== undefined) {
      if (!options.quiet) output.err(`the watcher (pid ${watcher.pid}) holds this town; asking it to sweep now`);
      const asked = await askWatcher(watcher, town, convoys, stopping.stop, report);
      if (asked.missing.length > 0) throw new ConvoyNotFoundError(asked.missing);
      if (!asked.answered && stopping.reason() === undefined) throw new WatcherSilentError(watcher.pid);
      if (!options.json && !options.quiet && asked.answered) output.out(tally.line());
      if (stopping.reason() !== undefined) return stopping.exitCode();
      return asked.stuck > 0 ? EXIT.failure : EXIT.done;
    }
    const result = await checkTown(town, convoys);
    if (result.missing.length > 0) throw new ConvoyNotFoundError(result.missing);
    if (!options.json && !options.quiet) output.out(tally.line());
    if (stopping.reason() !== undefined) return stopping.exitCode();
    if (result.stuck.length > 0) return EXIT.failure;
    if (leftOutOf(town.town).length > 0) return EXIT.findings;
    if (!options.dryRun) return EXIT.done;
    const unread = await unreadRigs(town);
    if (!options.json) for (const why of unread) output.err(printable(`not read: ${why}`, 600));
    return result.complete > 0 || unread.length > 0 ? EXIT.findings : EXIT.done;
  } finally {
    stopping.dispose();
  }
}

/** The rigs whose databases cannot be read, and why: what they keep was not looked at. */
async function unreadRigs({ town, driver }: WatchTownOptions): Promise<readonly string[]> {
  const { files, close } = openStore(town, { driver });
  try {
    const reads = files.places().map(async ({ rig, open }) => {
      try {
        await (await open()).revision();
        return [];
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        return [`${rig}: ${error.message}`];
      }
    });
    return (await Promise.all(reads)).flat();
  } finally {
    close();
  }
}
