export type { DoltStore } from "./address.ts";
export type { DoltDatabase } from "./dolt-database.ts";
export { createDoltTown, type DoltTown, type DoltTownOptions } from "./dolt-town.ts";
