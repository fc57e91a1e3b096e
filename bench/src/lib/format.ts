import type { Spread } from "./stats.ts";

const UNITS = [
  [1e3, "s"],
  [1, "ms"],
  [1e-3, "µs"],
] as const;

/** Milliseconds in the unit that suits them. */
export function time(ms: number): string {
  const [size, unit] = UNITS.find(([at]) => Math.abs(ms) >= at) ?? [1e-3, "µs"];
  return `${three(ms / size)} ${unit}`;
}

/** Three digits, as far as they say something. */
export function three(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString("en", { maximumFractionDigits: Math.min(digits, 3) });
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Median, and in brackets what lies between the 5th and the 95th percentile. */
export function times({ median, p5, p95 }: Spread): string {
  return `${time(median)} (${time(p5)} – ${time(p95)})`;
}

export function ratio({ median, p5, p95 }: Spread): string {
  return `${three(median)}× (${three(p5)} – ${three(p95)})`;
}
