import { type ActivitySource, type ConvoyStore, createTownStore } from "@gastown/convoy-core";
import { createDoltFeed } from "@gastown/dolt-resolver";
import { createChangeFeed, type DriverName } from "@gastown/sqlite-resolver";
import { openFiles } from "./open-store.ts";
import { systemClock } from "./system-clock.ts";

/** A town that is only read, and that tells when something in it has changed. */
export interface FollowedTown {
  readonly store: ConvoyStore;
  /** Ends at the next change (at once when there was one since the last call), or after `ms` at the latest. Never rejects. */
  changed(ms: number): Promise<void>;
}

/** Reads a town and follows its databases, beside any watcher or none: takes no lock, and writes nothing. */
export async function whileFollowing<T>(
  town: string,
  { driver }: { readonly driver?: DriverName | undefined },
  work: (town: FollowedTown) => Promise<T>,
): Promise<T> {
  const opened = openFiles(town, { driver });
  const { files, dolt } = opened;
  const clock = systemClock;
  const end = new AbortController();
  let news = false;
  let wake = new AbortController();
  const follow = async (feed: ActivitySource): Promise<void> => {
    for await (const hint of feed.hints(end.signal)) {
      if (hint.kind !== "issues" && hint.kind !== "sweep") continue;
      news = true;
      wake.abort();
    }
  };
  // A feed that fails leaves the looks by time.
  const feeds = [createChangeFeed({ files, clock }), createDoltFeed({ files, dolt, clock })].map((feed) =>
    follow(feed).catch(() => undefined),
  );
  try {
    return await work({
      store: createTownStore(files.databases),
      async changed(ms) {
        if (!news) {
          wake = new AbortController();
          await clock.sleep(ms, wake.signal);
        }
        news = false;
      },
    });
  } finally {
    end.abort();
    await Promise.all(feeds);
    opened.close();
  }
}
