import type { DriverName } from "@gastown/sqlite-resolver";

/** What the host locks with: the SQLite that comes with the runtime, so that a plugin that needs none loads no native package. */
export const LOCK_DRIVER: DriverName = "node-sqlite";
