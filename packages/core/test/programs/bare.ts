import { type ConvoySnapshot, watch } from "../../src/index.ts";
// The order matters: the globals are gone before the first line of the core runs.
import "./no-globals.ts";

let open = true;
const stop = new AbortController();
const convoy = (): ConvoySnapshot => ({
  id: "hq-cv-a",
  title: "A",
  status: open ? "open" : "closed",
  open,
  staged: false,
  owned: false,
  updatedAt: "1970-01-01T00:00:00Z",
  tracked: [{ reference: "gt-1", id: "gt-1", state: "done", status: "closed" }],
});

await watch({
  store: {
    openConvoys: async () => ["hq-cv-a"],
    convoysTracking: async () => new Map(),
    readConvoys: async () => new Map([["hq-cv-a", convoy()]]),
  },
  lander: {
    command: (step, id) => `${step} ${id}`,
    run: async () => {
      open = false;
      return { ended: "exit", exitCode: 0, output: "" };
    },
    identity: () => "gt",
    knows: async () => ({ checkTakesId: true, stamps: false }),
  },
  sources: [],
  clock: {
    now: () => 0,
    wall: () => 3_600_000,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms === 0) resolve();
        else signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
  },
  report: (record) => {
    if (record.event !== "landed") return;
    console.log(`${record.convoy} landed`);
    stop.abort();
  },
  random: () => 0.5,
  sweepEvery: 30_000,
  grace: 5_000,
  steps: ["check"],
  dryRun: false,
  rival: async () => undefined,
  stop: stop.signal,
  kill: stop.signal,
});
