import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { parseTime } from "../src/beads.ts";

const at = Date.UTC(2026, 0, 13, 1, 57, 25);

it.each([
  ["2026-01-12T17:57:25-08:00", at],
  ["2026-01-12T17:57:25.123456789-08:00", at + 123],
  ["2026-01-12T17:57:25.1-08:00", at + 100],
  ["2026-01-13T01:57:25Z", at],
  ["2026-01-13T01:57:25.5z", at + 500],
  ["2026-01-13 01:57:25", at],
  ["2026-01-13 01:57:25.25", at + 250],
  ["2026-01-12 17:57:25.5 -0800", at + 500],
  ["2026-01-13 01:57:25+00", at],
  [" 2026-01-13 01:57:25\n", at],
])("reads %j", (stored, ms) => {
  expect(parseTime(stored)).toBe(ms);
});

it.each([undefined, "", "soon", "2026-01-13", "2026-13-45 01:57:25", "1768269445", "2026-01-13 01:57:25 or so"])(
  "does not read %j",
  (stored) => {
    expect(parseTime(stored)).toBeUndefined();
  },
);

it.skipIf("Deno" in globalThis)(
  "takes a time without zone for UTC wherever it runs (the child needs Node's flags)",
  () => {
    const times = new URL("../src/beads.ts", import.meta.url).href;
    const script = `const { parseTime } = await import(${JSON.stringify(times)}); console.log(parseTime("2026-01-13 01:57:25"))`;
    for (const TZ of ["UTC", "America/Los_Angeles", "Asia/Kolkata"]) {
      const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
        encoding: "utf8",
        env: { ...process.env, TZ },
      });
      expect([TZ, Number(out)]).toEqual([TZ, at]);
    }
  },
);
