/** Names and texts, in whose quotes anything may stand. */
const QUOTED = /`(?:[^`]|``)*`|'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"/g;
const READS = /^\s*(?:select|show)\s/i;
/** What a SELECT could do besides reading, and what would make two statements or a comment out of one. */
const MORE = /\binto\b|\bfor\s+(?:update|share)\b|\block\s+in\b|\bcall\b|;|--|\/\*|#/i;

/**
 * Holds every statement to what a reader may send: one SELECT or SHOW that writes no file and locks no row.
 *
 * @throws {TypeError} otherwise; that is a fault of this program
 */
export function assertReads(statement: string): void {
  if (READS.test(statement) && !MORE.test(statement.replace(QUOTED, "''"))) return;
  throw new TypeError(`only SELECT and SHOW are ever sent, not: ${statement.slice(0, 80)}`);
}

/** A name as an identifier, whatever it is made of. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
