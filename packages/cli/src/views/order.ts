import type { ConvoyView } from "./views.ts";

/** What needs a look first: stuck, complete, then those nearest to landing, oldest first; closed ones last, newest first. */
export function byUrgency(one: ConvoyView, other: ConvoyView): number {
  return (
    rank(one) - rank(other) ||
    (one.verdict === "closed" ? compare(other.updatedAt, one.updatedAt) : left(one) - left(other)) ||
    compare(one.createdAt, other.createdAt) ||
    compare(one.convoy, other.convoy)
  );
}

function rank({ stuck, verdict }: ConvoyView): number {
  return stuck === null ? ["complete", "waiting", "owned", "status", "staged", "empty", "closed"].indexOf(verdict) : -1;
}

function left({ done, total }: ConvoyView): number {
  return total - done;
}

function compare(one: string | null, other: string | null): number {
  const [a, b] = [one ?? "", other ?? ""];
  return a < b ? -1 : Number(a > b);
}
