import { expect, test } from "vitest";
import { createRecent, isFirst } from "../src/recent.ts";

test("the last keys are known, those long before are not", () => {
  const recent = createRecent<number>(10);
  const known = (): string[] => Array.from({ length: 100 }, (_, at) => String(at)).filter((key) => recent.get(key));
  for (let at = 1; at <= 35; at += 1) recent.set(String(at), at);
  expect(known()).toEqual(Array.from({ length: 15 }, (_, at) => String(21 + at)));
  for (let again = 0; again < 100; again += 1) recent.set("35", again + 1);
  expect(known(), "what is put in again takes no place of another").toHaveLength(15);
  expect(recent.get("35")).toBe(100);
  for (const key of ["25", "35"]) recent.delete(key);
  expect(known()).toHaveLength(13);
});

test("a key is the first of its kind once, until it was forgotten", () => {
  const known = createRecent<true>(10);
  expect([isFirst(known, "a"), isFirst(known, "a")]).toEqual([true, false]);
  for (let at = 0; at < 20; at += 1) isFirst(known, String(at));
  expect(isFirst(known, "a")).toBe(true);
});
