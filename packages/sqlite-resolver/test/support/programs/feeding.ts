// Follows a town until the feed is attached, stops it, and must then end by itself.
import { createChangeFeed, openTown } from "../../../src/index.ts";
import { driver } from "../driver.ts";
import { openFiles } from "../open-files.ts";

const town = process.argv[2] ?? "";
const controller = new AbortController();
const files = openTown({ town, now: () => Date.now(), driver });
const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
let during = 0;
for await (const hint of createChangeFeed({
  files,
  clock: { now: () => performance.now(), wall: () => Date.now(), sleep },
}).hints(controller.signal)) {
  if (hint.kind !== "state") continue;
  during = openFiles(town);
  controller.abort();
}
files.close();
process.stdout.write(JSON.stringify({ during, after: openFiles(town) }));
