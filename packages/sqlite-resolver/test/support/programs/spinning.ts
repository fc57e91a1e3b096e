// Follows a town; says when it is attached, when a timer has ended, and ends at SIGTERM by itself.
import { setTimeout as sleep } from "node:timers/promises";
import { createChangeFeed, openTown } from "../../../src/index.ts";
import { driver } from "../driver.ts";
import { realClock } from "../real-clock.ts";

const town = process.argv[2] ?? "";
const controller = new AbortController();
process.once("SIGTERM", () => controller.abort());
const files = openTown({ town, now: () => realClock.now(), driver });
for await (const hint of createChangeFeed({ files, clock: realClock }).hints(controller.signal)) {
  if (hint.kind !== "state") continue;
  process.stdout.write("attached\n");
  void sleep(100).then(() => process.stdout.write("timer\n"));
}
files.close();
process.stdout.write("stopped\n");
