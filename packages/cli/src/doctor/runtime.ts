import { type Finding, good, wrong } from "./check.ts";

/** What this program needs to run on. */
const NEEDED = { Node: [22, 14], Deno: [2, 9], Bun: [1, 4] } as const;

/** Whether the runtime is new enough. Without it better-sqlite3 crashes, so `bin` refuses an old Node before this is read. */
export function checkRuntime(versions: Readonly<Record<string, string | undefined>> = process.versions): Finding[] {
  const name = versions["deno"] !== undefined ? "Deno" : versions["bun"] !== undefined ? "Bun" : "Node";
  const version = versions[name.toLowerCase()] ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [needMajor, needMinor] = NEEDED[name];
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return [good(name, version)];
  return [wrong(name, `${version} is too old`, `install ${name} ${needMajor}.${needMinor} or newer`)];
}
