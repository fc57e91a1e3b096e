/** How lines are dated. */
export type TimeOption = "local" | "utc" | "none";

/** What stands before a line: `2026-11-25 19:48:12 `, with a Z where it is UTC. */
export function timestamp(when: TimeOption, now: Date): string {
  if (when === "none") return "";
  if (when === "utc") return `${now.toISOString().slice(0, 19).replace("T", " ")}Z `;
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  return `${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":")} `;
}
