// Another watcher: takes the lock of a town, says so, and holds it until its stdin ends.
import { DRIVERS } from "@gastown/sqlite-resolver";
import { lockTown } from "../../../src/lock.ts";

const [, , town = "", driver = ""] = process.argv;
const lock = await lockTown(
  town,
  new Date(),
  DRIVERS.find((name) => name === driver),
);
process.stdout.write("held\n");
process.stdin.resume();
process.stdin.on("end", () => {
  lock.release();
  process.stdout.write("released\n");
});
