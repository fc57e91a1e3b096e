const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest time that can be asked for, in milliseconds: a day. */
export const LONGEST_DURATION: number = 24 * 3_600_000;

/**
 * Reads `500ms`, `30s`, `2m`, `1h` into milliseconds; undefined when it is written otherwise. A number without a unit
 * is refused: it means seconds to one and milliseconds to another.
 */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS[unit ?? ""] ?? Number.NaN);
  return Number.isNaN(ms) ? undefined : ms;
}
