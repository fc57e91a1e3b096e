/**
 * What a line of `gc events` says: the change of a bead, as core wants to be told of it, and where to go on from.
 * Undefined for a line that is no event. Nothing is decided from it: it says *look at this now*.
 */
export function decodeGcEvent(line) {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { seq, type, subject } = event ?? {};
  if (!Number.isSafeInteger(seq) || typeof type !== "string") return undefined;
  if (!type.startsWith("bead.") || typeof subject !== "string" || subject === "") return { seq };
  return { seq, change: { issue: subject, closed: type === "bead.closed", stamp: String(seq) } };
}
