import { fileURLToPath } from "node:url";

/** A file of the repository that is no part of this package. */
export const inRepository = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
