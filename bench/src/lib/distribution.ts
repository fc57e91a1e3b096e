import type { Plot } from "./result.ts";

/** Share of tries that took at most so long. */
export function distribution(
  file: string,
  title: string,
  sets: readonly { readonly name: string; readonly samples: readonly number[] }[],
): Plot {
  return {
    file,
    title,
    x: "ms",
    y: "% of the tries",
    linear: true,
    series: sets.map(({ name, samples }) => {
      const sorted = samples.toSorted((one, other) => one - other);
      const steps = Array.from({ length: 101 }, (_, at) => at);
      return {
        name,
        points: steps.map(
          (at) => [sorted[Math.min(sorted.length - 1, Math.floor((at / 100) * (sorted.length - 1)))] ?? 0, at] as const,
        ),
      };
    }),
  };
}
