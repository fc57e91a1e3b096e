import { rmdirSync } from "node:fs";

/** What has been done, and how to take it back. */
export interface Undo {
  /** Notes a step that has been taken. */
  add(takeBack: () => void | Promise<void>): void;
  /** Takes everything back, the last step first. A step that cannot be taken back does not keep the others. */
  takeBack(): Promise<void>;
}

export function createUndo(): Undo {
  const steps: (() => void | Promise<void>)[] = [];
  return {
    add: (takeBack) => void steps.push(takeBack),
    async takeBack() {
      for (const step of steps.splice(0).toReversed()) {
        try {
          await step();
        } catch {
          // What failed first is what the user hears of.
        }
      }
    },
  };
}

/** Removes directories that are empty. */
export function removeEmpty(dirs: readonly string[]): void {
  for (const dir of dirs) {
    try {
      rmdirSync(dir);
    } catch {
      // Somebody keeps something in it.
    }
  }
}
