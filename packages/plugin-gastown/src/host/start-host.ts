import { rmSync } from "node:fs";
import { VERSION } from "../version.ts";
import type { InstalledPlugin } from "./discover.ts";
import { digestOf, type Marker } from "./marker.ts";
import { type HostNote, runningHost } from "./note.ts";
import { signal as sendSignal, stopHost } from "./stop-process.ts";
import type { Service, Supervisor } from "./supervisors/types.ts";
import { waitUntilUp } from "./wait-until-up.ts";

/** Has the process run, unless it runs as it should; that one is then asked to look at the town at once. */
export async function startHost(
  service: Service,
  supervisor: Supervisor,
  plugin: InstalledPlugin,
  before: Marker | undefined,
  { signal, restart }: { readonly signal: AbortSignal; readonly restart: boolean },
): Promise<{ readonly note?: HostNote | undefined; readonly started: boolean }> {
  const { paths } = service;
  const running = runningHost(paths.note);
  const asItShould =
    !restart &&
    running?.phase === "running" &&
    running.version === VERSION &&
    running.runs === runsOf(plugin) &&
    running.settings === (digestOf(paths.settings) ?? "") &&
    before?.supervisor === supervisor.name;
  if (asItShould) {
    if (process.platform !== "win32") sendSignal(running, "SIGUSR2");
    return { note: running, started: false };
  }
  if (supervisor.name === "none") return { note: running, started: false };
  if (running !== undefined && before?.supervisor !== supervisor.name) await stopHost(paths.note);
  rmSync(paths.errors, { force: true });
  await supervisor.start(service);
  return { note: await waitUntilUp(paths, running, signal), started: true };
}

/** What of a plugin a process runs: another version, or one from elsewhere, is another. */
export function runsOf({ version, entry }: Pick<InstalledPlugin, "version" | "entry">): string {
  return `${version} ${entry}`;
}
