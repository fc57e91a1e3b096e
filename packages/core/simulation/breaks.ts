import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Core } from "./core.ts";
import type { Violation } from "./oracle.ts";

/** A rule of the core, and how to break it in a copy of the source. */
export interface Break {
  readonly rule: string;
  /** The rule of the simulation that notices. */
  readonly noticed: Violation["rule"];
  readonly changes: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

/** Keeps each convoy as the judge has read it. */
const JUDGED: Break["changes"] = [
  {
    file: "run.ts",
    from: "    tellings: new Set(),",
    to: "    tellings: new Set(),\n    judged: new Map(),",
  },
  {
    file: "judge.ts",
    from: "  const before = lifeOf(run, id);",
    to: "  run.judged.set(id, convoy);\n  const before = lifeOf(run, id);",
  },
];

export const BREAKS: Readonly<Record<string, Break>> = {
  reread: {
    rule: "after a command the convoy is read again",
    noticed: "told",
    changes: [
      {
        file: "land.ts",
        from: 'return { kind: "ran", result, convoy: await readConvoy(run, id) };',
        to: 'return { kind: "ran", result, convoy: run.judged.get(id) };',
      },
      ...JUDGED,
    ],
  },
  stale: {
    rule: "a convoy is read right before a command is run for it",
    noticed: "economy",
    changes: [
      ...JUDGED,
      {
        file: "land.ts",
        from: "const convoy = await readConvoy(run, id);\n    // As",
        to: "const convoy = run.judged.get(id) ?? (await readConvoy(run, id));\n    // As",
      },
    ],
  },
  unknown: {
    rule: "what is unknown is not done",
    noticed: "safety",
    changes: [{ file: "policy.ts", from: 'issue.state !== "done"', to: 'issue.state === "open"' }],
  },
  empty: {
    rule: "a convoy that tracks nothing is not complete",
    noticed: "safety",
    changes: [{ file: "policy.ts", from: "if (progress.total === 0)", to: "if (progress.total < 0)" }],
  },
  sweep: {
    rule: "there is a sweep in every interval",
    noticed: "promptness",
    changes: [
      {
        file: "sweep.ts",
        from: 'const reason = wanted ?? "timer";',
        to: 'const reason = wanted ?? "timer";\n        if (wanted === undefined) continue;',
      },
    ],
  },
  rely: {
    rule: "a sweep relies on the one before only when nobody has written since",
    noticed: "promptness",
    changes: [{ file: "sweep.ts", from: "swept.revision === revision && ", to: "" }],
  },
  backoff: {
    rule: "a landing that failed waits before it is tried again",
    noticed: "economy",
    changes: [{ file: "convoy-life.ts", from: "failure.retryAt > now", to: "failure.retryAt > now + 1e9" }],
  },
  dirty: {
    rule: "a hint that comes while its convoy is looked at leads to another look",
    noticed: "promptness",
    changes: [
      {
        file: "work-queue.ts",
        from: "this.#dirty.set(key, priority);\n    if (this.#processing.has(key)) return;",
        to: "if (this.#processing.has(key)) return;\n    this.#dirty.set(key, priority);",
      },
    ],
  },
  index: {
    rule: "the index of tracked issues is made anew when the town has changed",
    noticed: "promptness",
    changes: [{ file: "tracking-index.ts", from: "if (known?.revision === now)", to: "if (known !== undefined)" }],
  },
  alone: {
    rule: "one command at a time",
    noticed: "twice",
    changes: [{ file: "watch.ts", from: "landLoop(run),", to: "landLoop(run),\n    landLoop(run)," }],
  },
  replay: {
    rule: "gt is asked once for each close event, however often that is told",
    noticed: "safety",
    changes: [
      {
        file: "sources.ts",
        from: "return run.asked.has(event) ? undefined : { event, issue };",
        to: "return { event, issue };",
      },
    ],
  },
  owned: {
    rule: "a convoy that its owner closes is left alone",
    noticed: "safety",
    changes: [{ file: "policy.ts", from: "if (convoy.owned)", to: "if (convoy.owned && progress.total < 0)" }],
  },
};

/** A copy of the core with one rule broken. Fails when the text that is to be changed is not there exactly once. */
export async function loadBroken(name: string): Promise<Core> {
  const broken = BREAKS[name];
  if (broken === undefined) throw new Error(`no such break: ${name} (there are ${Object.keys(BREAKS).join(", ")})`);
  const copy = mkdtempSync(join(tmpdir(), `broken-core-${name}-`));
  try {
    cpSync(fileURLToPath(new URL("../src", import.meta.url)), copy, { recursive: true });
    writeFileSync(join(copy, "package.json"), '{ "type": "module" }');
    for (const { file, from, to } of broken.changes) {
      const parts = readFileSync(join(copy, file), "utf8").split(from);
      if (parts.length !== 2)
        throw new Error(`${file} has ${parts.length - 1} places to break "${name}" at, not one: ${from}`);
      writeFileSync(join(copy, file), parts.join(to));
    }
    return (await import(/* @vite-ignore */ pathToFileURL(join(copy, "index.ts")).href)) as Core;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
