import { join } from "node:path";

// Deno's types say that it may be missing, since a module can come from the net; hence the cast, once.
const { dirname = "" } = import.meta as { readonly dirname?: string };

/** A path inside this package. */
export const inPackage = (path: string): string => join(dirname, "..", path);
