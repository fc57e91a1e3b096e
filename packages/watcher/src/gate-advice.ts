import { findRefineries } from "./refineries.ts";

/**
 * Why the gate may not hold: gt's daemon and its refinery close convoys by themselves, whether their work is merged or
 * not. Undefined when neither is seen to run.
 *
 * @param rival gt's daemon in words
 */
export function gateAdvice(town: string, rival: string | undefined): string | undefined {
  const refineries = findRefineries(town);
  const names = [
    ...(rival === undefined ? [] : [rival]),
    ...(refineries.length === 0 ? [] : [`the refinery of ${refineries.join(", ")}`]),
  ];
  if (names.length === 0) return undefined;
  return `${names.join(" and ")} ${names.length === 1 ? "closes" : "close"} convoys by ${names.length === 1 ? "itself" : "themselves"}, merged or not: the gate is only advice beside ${names.length === 1 ? "it" : "them"}`;
}
