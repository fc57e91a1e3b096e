export { createLineSplitter, type LineSplitter } from "./follow.ts";
export { type BdSourceOptions, createBdSource } from "./source.ts";
