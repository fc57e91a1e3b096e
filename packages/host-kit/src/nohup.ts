import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/**
 * Whether `nohup` started us. It asks the system to ignore SIGHUP, but Node takes that back before we are asked; what is
 * left is the name that shells note in `_`, and the stdin of GNU's nohup: /dev/null, open for writing only.
 */
export function underNohup(env: Readonly<Record<string, string | undefined>>, proc = "/proc"): boolean {
  if (basename(env["_"] ?? "") === "nohup") return true;
  // Deno would ask the user for leave.
  if ("Deno" in globalThis) return false;
  try {
    return (
      readlinkSync(`${proc}/self/fd/0`) === "/dev/null" &&
      /^flags:\s*\d*1$/m.test(readFileSync(`${proc}/self/fdinfo/0`, "utf8"))
    );
  } catch {
    return false;
  }
}
