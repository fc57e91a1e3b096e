import { systemClock } from "@gastown/convoy-watcher";
import { findHost, findRival, type FoundHost } from "@gastown/convoy-watcher/host";
import { EXIT, ConvoyNotFoundError, NotAConvoyError } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, safeJson } from "../output.ts";
import { findIssue, readConvoys, readTown } from "../town.ts";
import { byUrgency, convoyDetail, convoyView } from "../views/convoy-view.ts";
import { listLines } from "../views/list-text.ts";
import { prometheusLines } from "../views/prometheus.ts";
import { convoyLines, shortStatus, townLines } from "../views/status-text.ts";
import type { ConvoyDetail, ConvoyView, WatcherView } from "../views/views.ts";
import { healthOf, stuckOf, watcherView } from "../views/watcher-view.ts";

interface Status {
  readonly town: string;
  readonly watcher: WatcherView | null;
  readonly rival: string | null;
  readonly health: { readonly well: boolean; readonly why: string | null; readonly hint: string | null };
  readonly host: FoundHost | null;
}

export interface StatusOptions extends CommonOptions {
  readonly short?: true;
  readonly exitCode?: true;
  readonly prometheus?: true;
}

/** How the town stands, or one convoy in depth. */
export async function statusCommand(id: string | undefined, options: StatusOptions): Promise<number> {
  const output = createOutput(options.color);
  const status = await readTown(options, async (read) => {
    const { town, store, found } = read;
    const host = findHost(town);
    const common: Status = {
      town,
      watcher: watcherView(found),
      rival: findRival(town)?.name ?? null,
      health: { why: null, hint: null, ...healthOf(found, host, systemClock.wall()) },
      host: host ?? null,
    };
    const stuck = stuckOf(found);
    if (id === undefined) {
      const convoys = await readConvoys(store, await store.openConvoys());
      return { ...common, convoys: convoys.map((convoy) => convoyView(convoy, stuck)).sort(byUrgency) };
    }
    const convoy = (await store.readConvoys([id])).get(id);
    if (convoy === undefined)
      throw (await findIssue(read, id)) === undefined ? new ConvoyNotFoundError([id]) : new NotAConvoyError(id);
    return { ...common, convoy: convoyDetail(convoy, stuck) };
  });
  if (options.json) output.out(safeJson(status, 2));
  else if (options.prometheus && "convoys" in status)
    for (const line of prometheusLines({ ...status, well: status.health.well })) output.out(line);
  else if (options.short && "convoys" in status) output.out(shortStatus(status));
  else for (const line of lines(status, output)) output.out(line);
  return options.exitCode && !status.health.well ? EXIT.findings : EXIT.done;
}

function lines(
  status: Status & ({ readonly convoys: readonly ConvoyView[] } | { readonly convoy: ConvoyDetail }),
  output: ReturnType<typeof createOutput>,
): string[] {
  const now = systemClock.wall();
  if ("convoy" in status) return convoyLines(status.convoy, output, now);
  const list = listLines(status.convoys, output, now);
  return [...townLines(status, output, now), ...(list.length > 0 ? ["", ...list] : [])];
}
