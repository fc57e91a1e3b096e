import { join } from "node:path";

// `deno check` takes ImportMeta from the lib that tsconfig.base.json names, which has no fields; hence the cast, once.
const { dirname = "" } = import.meta as { readonly dirname?: string };

/** A path inside this package. */
export const inPackage = (path: string): string => join(dirname, "..", path);
