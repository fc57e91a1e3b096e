/** The few signs that are not letters. */
export interface Marks {
  readonly landed: string;
  readonly failed: string;
  readonly waits: string;
  readonly convoy: string;
  readonly full: string;
  readonly empty: string;
}

const UNICODE: Marks = { landed: "✓", failed: "✗", waits: "…", convoy: "▸", full: "▰", empty: "▱" };
const ASCII: Marks = { landed: "*", failed: "x", waits: ".", convoy: ">", full: "#", empty: "-" };

/** Signs that this locale can show. */
export function marksFor(env: Readonly<Record<string, string | undefined>>): Marks {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return /utf-?8/i.test(locale) && env["TERM"] !== "dumb" ? UNICODE : ASCII;
}
