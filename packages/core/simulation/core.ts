/** The core that is played: the real one, or a copy with a rule broken. */
export type Core = Pick<typeof import("../src/index.ts"), "createTownStore" | "DatabaseError" | "watch">;
