import { makeStateDir } from "../../../src/index.ts";

try {
  console.log(makeStateDir(process.argv[2] ?? ""));
} catch (error) {
  console.log(String(error));
}
