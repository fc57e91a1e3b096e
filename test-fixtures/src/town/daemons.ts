import { createServer } from "node:net";
import { join } from "node:path";

/** What stands for the bd daemon of a rig: somebody who listens at `bd.sock`, as long as this process lives. */
export const listenAsDaemon = (beadsDir: string): void => {
  const server = createServer((connection) => connection.destroy());
  server.listen(join(beadsDir, "bd.sock"));
  server.unref();
};
