import { randomInt } from "node:crypto";

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
const base32 = "abcdefghijklmnopqrstuvwxyz234567";

const pick = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");

const unused = (make: () => string, taken: (id: string) => boolean): string => {
  const id = make();
  return taken(id) ? unused(make, taken) : id;
};

/** An id as bd makes them: `al-a3f9`. */
export const issueId = (prefix: string, taken: (id: string) => boolean): string =>
  unused(() => `${prefix}-${pick(base36, 4)}`, taken);

/** An id as gt makes them: `hq-cv-k3v7q`. */
export const convoyId = (prefix: string, taken: (id: string) => boolean): string =>
  unused(() => `${prefix}-cv-${pick(base32, 5)}`, taken);
