import { isUtf8 } from "../locale.ts";

/** The few signs that are not letters. */
export interface Marks {
  readonly landed: string;
  readonly failed: string;
  readonly waits: string;
  readonly convoy: string;
  readonly full: string;
  readonly empty: string;
}

const UNICODE: Marks = { landed: "✓", failed: "✗", waits: "…", convoy: "▸", full: "█", empty: "░" };
const ASCII: Marks = { landed: "+", failed: "x", waits: "~", convoy: ">", full: "#", empty: "." };

/** Signs that this terminal can show. */
export function marksFor(env: Readonly<Record<string, string | undefined>>): Marks {
  return isUtf8(env) && env["TERM"] !== "dumb" ? UNICODE : ASCII;
}
