// Another watcher: takes the lock of a town, says so, and holds it until its stdin ends.
import { lockTown } from "../../../src/lock.ts";

const lock = lockTown(process.argv[2] ?? "", new Date());
process.stdout.write("held\n");
process.stdin.resume();
process.stdin.on("end", () => {
  lock.release();
  process.stdout.write("released\n");
});
