import { inRepository } from "./repository.ts";

/** A file of the examples. They are no part of this package, and use it as anybody would. */
export const example = (path: string): string => inRepository(`examples/${path}`);
