import { makeStateDir } from "../../../src/state-dir.ts";

try {
  console.log(makeStateDir(process.argv[2] ?? ""));
} catch (error) {
  console.log(String(error));
}
