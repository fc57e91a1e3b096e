export type { DoltStore } from "./address.ts";
export { createDoltFeed, type DoltFeedOptions } from "./change-feed.ts";
export type { DoltDatabase } from "./dolt-database.ts";
export { createDoltTown, type DoltTown, type DoltTownOptions } from "./dolt-town.ts";
