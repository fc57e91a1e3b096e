import { type FSWatcher, watch } from "node:fs";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { createFileEvents, directoryIdentity, type DirectoryWatch, watchDirectoryBy } from "../src/file-events.ts";
import { openTown } from "../src/index.ts";
import { driver } from "./support/driver.ts";
import { realClock } from "./support/real-clock.ts";
import { freshTown } from "./support/watching.ts";

/** There nothing is watched at all. */
const onNode = test.skipIf("Deno" in globalThis);
const EXT4 = 0xef53;
const NFS = 0x6969;

onNode("the file system is asked before a directory is watched: on NFS no watcher is started", () => {
  const { path } = tempDir(onTestFinished);
  const { watched, watchBy } = watching(NFS);
  expect(watchBy(path, () => undefined)).toEqual({ kind: "unwatched", why: `${path} is on NFS`, remote: true });
  expect(watched).toEqual([]);
});

onNode("a watcher that has failed is not alive", () => {
  const { path } = tempDir(onTestFinished);
  const { watched, watchBy } = watching(EXT4);
  const entry = watchBy(path, () => undefined);
  const alive = (): boolean => entry.kind === "watched" && entry.alive();
  expect(alive()).toBe(true);
  watched[0]?.emit("error", new Error("the system has stopped watching"));
  expect(alive()).toBe(false);
});

test("where the system has stopped watching it is asked again, and only then", () => {
  const files = openTown({ town: freshTown().dir, now: () => 0, driver });
  onTestFinished(() => files.close());
  const database = files
    .places()
    .find(({ path }) => path === ".")
    ?.sqlite();
  let alive = true;
  let asked = 0;
  const watchIt = (dir: string): DirectoryWatch => {
    asked += 1;
    return { kind: "watched", identity: directoryIdentity(dir) ?? "", alive: () => alive, close: () => undefined };
  };
  const events = createFileEvents(realClock, watchIt, { onTownFile: () => undefined, onDatabase: () => undefined });
  onTestFinished(events.close);
  events.follow(database);
  events.follow(database);
  expect(asked).toBe(1);
  alive = false;
  events.follow(database);
  expect(asked).toBe(2);
});

/** Real watchers of a file system that is said to be of this type, with all that were started. */
function watching(type: number) {
  const watched: FSWatcher[] = [];
  const kept = ((...args: Parameters<typeof watch>) => {
    const watcher = watch(...args);
    watched.push(watcher);
    onTestFinished(() => watcher.close());
    return watcher;
  }) as typeof watch;
  return { watched, watchBy: watchDirectoryBy({ typeOf: () => type, watch: kept }) };
}
