import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startDemo } from "./run-demo.ts";

const libc = process.platform === "linux" ? "-glibc" : "";
const deno = fileURLToPath(
  new URL(`../../../../node_modules/@deno/${process.platform}-${process.arch}${libc}/deno`, import.meta.url),
);

// Deno's own watcher opens the files that change and closes them again, which drops the locks of SQLite in that process:
// bd then removes the log that we still read, and no close is seen any more.
test("lands on Deno what it lands on Node: databases are read as they are while they are followed", async (context) => {
  if (!existsSync(deno)) context.skip("this machine has no Deno of the repository");
  const demo = startDemo(["--json"], {}, undefined, [deno, "run", "-A", "--quiet"]);
  const { code, stderr } = await demo.ended;
  const landed = demo.records("landed").map(({ convoy }) => convoy);
  expect({ code, stderr, landed }).toEqual({
    code: 0,
    stderr: "",
    landed: ["hq-cv-login", "hq-cv-rmapi", "hq-cv-night"],
  });
  expect(demo.left()).toEqual([]);
});
