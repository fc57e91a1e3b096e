import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WatcherStatus } from "@gastown/convoy-watcher";
import { waitFor } from "@gastown/test-fixtures";
import { expect, it } from "vitest";
import { lookJson } from "../support/look.ts";
import { scene } from "../support/scene.ts";

it("says of a watcher that stands by that it does, and not that sweeps carry on", async () => {
  const made = scene();
  const watcher = await made.watch();
  const file = join(made.town.dir, ".runtime/convoy-watcher/status.json");
  const read = (): WatcherStatus => JSON.parse(readFileSync(file, "utf8")) as WatcherStatus;
  await waitFor("a status", () => existsSync(file) && read().watchingSince !== undefined);
  watcher.signal("SIGSTOP"); // it has the lock, and writes no more
  const lead = { state: "down", detail: "another one leads the town", since: new Date().toISOString() };
  writeFileSync(file, JSON.stringify({ ...read(), sources: { lead } }));

  const { checks } = await lookJson<{ checks: { name: string }[] }>(made, "doctor");
  expect(checks.find(({ name }) => name === "source lead")).toMatchObject({
    level: "note",
    fact: "down: another one leads the town",
    hint: "this one stands by, and takes over when that one ends",
  });
});
