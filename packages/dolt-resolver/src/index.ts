export type { DoltStore } from "@gastown/town-files";
export { createDoltFeed, type DoltFeedOptions } from "./change-feed.ts";
export type { DoltDatabase } from "./dolt-database.ts";
export { createDoltTown, type DoltTown, type DoltTownOptions } from "./dolt-database.ts";
export { createLeaderLock, type Hold, type LeaderLock } from "./leader-lock.ts";
