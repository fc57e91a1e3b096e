import type { RunEnd } from "./follow.ts";

/** Whether this bd does not know the command at all. */
export function hasNoSuchCommand({ stderr }: RunEnd): boolean {
  return /unknown command "activity"|unknown flag: --(follow|town|json)/.test(stderr);
}

/** How a run ended, in words, with the last of what bd said. */
export function inWords({ exitCode, signal, failure, stderr }: RunEnd): string {
  if (failure !== undefined) return failure.code === "ENOENT" ? "bd is not where it was" : failure.message;
  const how =
    signal === undefined
      ? `bd activity ended with exit status ${exitCode ?? "unknown"}`
      : `bd activity was ended by ${signal}`;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? how : `${how}: ${lines.slice(-3).join(" / ")}`;
}
