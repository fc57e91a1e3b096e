import { fileURLToPath } from "node:url";

/** A file of the examples. They are no part of this package, and use it as anybody would. */
export const example = (path: string): string =>
  fileURLToPath(new URL(`../../../../examples/${path}`, import.meta.url));
