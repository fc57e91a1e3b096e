import { rmSync } from "node:fs";
import { VERSION } from "../version.ts";
import { digestOf, type Marker } from "./marker.ts";
import { type HostNote, runningHost } from "./note.ts";
import { signal as sendSignal, stopHost } from "./stop-process.ts";
import type { Service, Supervisor } from "./supervisors/types.ts";
import { createUndo, type Undo } from "./undo.ts";
import { waitUntilUp } from "./wait-until-up.ts";

/** Has the process run, unless it runs as it should; that one is then asked to look at the town at once. */
export async function startHost(
  service: Service,
  supervisor: Supervisor,
  before: Marker | undefined,
  signal: AbortSignal,
  undo: Undo,
): Promise<{ readonly note?: HostNote | undefined; readonly started: boolean }> {
  const { paths } = service;
  const running = runningHost(paths.note);
  const asItShould =
    running?.phase === "running" &&
    running.version === VERSION &&
    running.settings === (digestOf(paths.settings) ?? "") &&
    before?.supervisor === supervisor.name;
  if (asItShould) {
    if (process.platform !== "win32") sendSignal(running, "SIGUSR2");
    return { note: running, started: false };
  }
  if (supervisor.name === "none") return { note: running, started: false };
  if (running !== undefined && before?.supervisor !== supervisor.name) await stopHost(paths.note);
  rmSync(paths.errors, { force: true });
  // A service that was there before stays, and tries again, also when it does not get ready this time.
  const keep = createUndo();
  await supervisor.start(service, before === undefined ? undo : keep);
  return { note: await waitUntilUp(paths, running, signal), started: true };
}
