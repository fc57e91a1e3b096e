// Lands the convoys of a Gas City as its events come in, and prints a record a line: node follow.mjs CITY [GC]
import { setTimeout as delay } from "node:timers/promises";
import { createTownStore, watch } from "@gastown/convoy-core";
import { runCommand, toolEnvironment } from "@gastown/process";
import { openTown } from "@gastown/sqlite-resolver";
import { createGcSource } from "./gc-source.mjs";

const [city = ".", gc = "gc"] = process.argv.slice(2);
const env = toolEnvironment(process.env);
const clock = {
  now: () => performance.now(),
  wall: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};
const stop = new AbortController();
const kill = new AbortController();
// A second signal ends a command in flight, too.
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => (stop.signal.aborted ? kill : stop).abort());

/** `gc convoy check` looks at all convoys. Core runs it when one is complete, and reads again what came of it. */
const lander = {
  command: () => "gc convoy check",
  identity: () => gc,
  knows: async () => ({ checkTakesId: false, stamps: false }),
  async run(_step, _convoy, { kill: end }) {
    const { exitCode, failure, output, timedOut } = await runCommand(gc, ["convoy", "check"], {
      cwd: city,
      env,
      timeout: 60_000,
      signal: end,
    });
    if (failure) return { ended: failure.code === "ENOENT" ? "not-found" : "failed", output: failure.message };
    if (timedOut) return { ended: "timeout", output };
    return exitCode === undefined ? { ended: "signal", output } : { ended: "exit", exitCode, output };
  },
};

const files = openTown({ town: city, now: () => performance.now() });
await watch({
  store: createTownStore(files.databases),
  sources: [createGcSource({ gc, city, env, clock, random: Math.random })],
  lander,
  steps: ["check"],
  clock,
  random: Math.random,
  sweepEvery: 30_000,
  grace: 0,
  dryRun: false,
  rival: async () => undefined,
  report: (record) => console.log(JSON.stringify(record)),
  stop: stop.signal,
  kill: kill.signal,
});
files.close();
