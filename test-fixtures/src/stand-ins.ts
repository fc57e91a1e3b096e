import type { Control } from "./control.ts";

export interface StandInOptions {
  /** `node`, `deno`, or the path of either: by default the runtime that runs this, when it can. */
  readonly runtime?: string;
  /** Where the programs are, when not beside this file (a bundle). */
  readonly programs?: { readonly bd: string; readonly gt: string };
}

export interface StandIns {
  /** The directory with both, to put first on PATH. */
  readonly bin: string;
  readonly bd: string;
  readonly gt: string;
  readonly control: Control;
}

/** Writes executable `bd` and `gt` into `dir`. */
export const installStandIns = (_dir: string, _options: StandInOptions = {}): StandIns => {
  throw new Error("not written yet");
};
