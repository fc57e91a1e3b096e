const FORMAT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * A time as beads stores it, in milliseconds since the epoch: RFC 3339 with up to nine digits in local time
 * (`2026-01-12T17:57:25.123456789-08:00`), or UTC in whole seconds (`2026-01-13 01:57:25`). Undefined when it is neither.
 */
export function parseTime(stored: string | undefined): number | undefined {
  const [, day, clock, fraction = "", zone = "Z"] = FORMAT.exec(stored?.trim() ?? "") ?? [];
  if (day === undefined) return undefined;
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  const time = Date.parse(`${day}T${clock}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
  return Number.isNaN(time) ? undefined : time;
}
