import { directoryIdentity, type WatchDirectory } from "../../src/file-events.ts";

/** Watches whose events come from a test. */
export interface StirredWatch {
  readonly watchDirectory: WatchDirectory;
  /** Directories that are watched now, each as often as it is. */
  readonly watched: readonly string[];
  /** A name in whatever is watched has changed. */
  stir(name: string): void;
  /** The system stops watching by itself. */
  die(): void;
}

export function stirredWatch(): StirredWatch {
  const entries = new Set<{ readonly dir: string; alive: boolean; onChange(name: string): void }>();
  return {
    watchDirectory: (dir, onChange) => {
      const entry = { dir, alive: true, onChange };
      entries.add(entry);
      return {
        kind: "watched",
        identity: directoryIdentity(dir) ?? "",
        alive: () => entry.alive,
        close: () => void entries.delete(entry),
      };
    },
    get watched() {
      return [...entries].filter(({ alive }) => alive).map(({ dir }) => dir);
    },
    stir(name) {
      for (const { onChange } of entries) onChange(name);
    },
    die() {
      for (const entry of entries) entry.alive = false;
    },
  };
}
