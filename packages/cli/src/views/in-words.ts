const UNITS = [
  [86_400_000, "day", "days"],
  [3_600_000, "h", "h"],
  [60_000, "min", "min"],
  [1_000, "s", "s"],
] as const;

/** A length of time as people say it: `3 h`, `2 days`, `12 s`. Two days are not forty hours: from two of a unit on, that unit. */
export function inWords(ms: number): string {
  const [size, one, many] = UNITS.find(([unit]) => ms >= unit * (unit === 86_400_000 ? 2 : 1)) ?? UNITS[3];
  const count = Math.max(0, Math.floor(ms / size));
  return `${count} ${count === 1 ? one : many}`;
}

/** How long something has been so, or nothing when that is not known; a time in the future is `0 s`. */
export function sinceInWords(time: string | null, now: number): string | undefined {
  return time === null ? undefined : inWords(now - Date.parse(time));
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
