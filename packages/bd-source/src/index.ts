export { createLineSplitter, type LineSplitter } from "./lines.ts";
export { type BdSourceOptions, createBdSource } from "./source.ts";
