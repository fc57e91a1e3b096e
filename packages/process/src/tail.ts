import { StringDecoder } from "node:string_decoder";

/** The last of what a stream said, as text. */
export interface Tail {
  push(chunk: Uint8Array): void;
  text(): string;
}

/** @param limit how many characters are kept */
export function createTail(limit: number): Tail {
  const decoder = new StringDecoder("utf8");
  let kept = "";
  return {
    push(chunk) {
      kept = (kept + decoder.write(Buffer.from(chunk))).slice(-limit);
    },
    text: () => kept.trim(),
  };
}
