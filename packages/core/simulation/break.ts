/** A rule of the core, and how to break it in a copy of the source. noticed.json says what notices. */
export interface Break {
  readonly rule: string;
  readonly changes: readonly Change[];
}

/** What is to be replaced: it is there exactly once. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A break at one place. */
export const one = (rule: string, file: string, from: string, to: string): Break => ({
  rule,
  changes: [{ file, from, to }],
});
