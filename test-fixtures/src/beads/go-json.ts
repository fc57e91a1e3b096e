const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
  "\\b": "\\u0008",
  "\\f": "\\u000c",
  "\\udcff": "\\ufffd",
};

/** Stands for a byte that is no UTF-8: a lone surrogate, which no decoded text has. */
const brokenByte = "\udcff";

/** Compact JSON as Go's encoder writes it: keys in order, empty optional keys to be left out by the caller. */
export const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]|\\(?:u[0-9a-f]{4}|.)/g, (found) => escapes[found] ?? found);

/** The first bytes of a text, as a Go slice: a character cut in two leaves broken bytes. */
export const cutBytes = (text: string, bytes: number): string => {
  const all = Buffer.from(text);
  let end = bytes;
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return all.toString("utf8", 0, end) + brokenByte.repeat(bytes - end);
};
