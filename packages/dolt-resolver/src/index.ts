export type { DoltStore } from "@gastown/town-files";
export { createDoltFeed, type DoltFeedOptions } from "./change-feed.ts";
export { createDoltTown, type DoltDatabase, type DoltTown, type DoltTownOptions } from "./dolt-database.ts";
export { createLeaderLock, type Hold, type LeaderLock } from "./leader-lock.ts";
