// Runs the repository's own Deno with the given arguments, from the package it is called in.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const libc = process.platform === "linux" ? "-glibc" : "";
const own = join(root, "node_modules", "@deno", `${process.platform}-${process.arch}${libc}`, "deno");
const deno = spawnSync(existsSync(own) ? own : "deno", process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, DENO_DIR: join(root, "node_modules", ".cache", "deno"), DENO_NO_UPDATE_CHECK: "1" },
});
if (deno.error) console.error(`Error: cannot run Deno: ${deno.error.message}\nHint: install Deno 2.9 or newer`);
process.exitCode = deno.status ?? 1;
