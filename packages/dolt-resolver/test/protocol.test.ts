import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError } from "@gastown/convoy-core";
import { CompiledQuery } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { asDoltError, ofDriver } from "../src/faults.ts";
import { createDoltServer } from "../src/server.ts";
import { manualTime } from "./support/statements.ts";

const BROKEN_OFF = Buffer.from([1, 0, 0, 0, 10]);
const OF_1998 = Buffer.from([5, 0, 0, 0, 9, 0x35, 0, 0, 0]);

/** Something else than a database listens there. */
async function listening(greet: (socket: Socket) => void): Promise<{ port: number; connects(): number }> {
  let connects = 0;
  const listener = createServer((socket) => {
    connects += 1;
    socket.on("error", () => undefined);
    greet(socket);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  listener.listen(0, "127.0.0.1", resolve);
  await promise;
  onTestFinished(() => void listener.close());
  const address = listener.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, connects: () => connects };
}

function serverAt(port: number, now: () => number = () => performance.now()) {
  const server = createDoltServer(
    { host: "127.0.0.1", port, user: "root", password: "" },
    { clock: { now }, random: () => 0 },
  );
  onTestFinished(() => server.close());
  const fault = async (): Promise<unknown> => {
    const error: unknown = await server.rows(CompiledQuery.raw("select 1"), "hq").catch((reason: unknown) => reason);
    return error instanceof DatabaseError ? error.fault : error;
  };
  return { fault, close: () => server.close() };
}

test.each([
  ["a web server", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "unreachable"],
  ["a greeting that breaks off", BROKEN_OFF, "unreadable"],
  ["a greeting of 1998", OF_1998, "unreadable"],
  ["nothing but zeros", Buffer.alloc(64), "unreachable"],
] as const)("%s on that port is a fault of the database, and of nothing else", async (_, greeting, fault) => {
  const { port } = await listening((socket) => socket.end(greeting));
  expect(await serverAt(port).fault()).toBe(fault);
});

test("a server that can't be reached is not tried again before its time", async () => {
  const time = manualTime();
  const { port, connects } = await listening((socket) => socket.destroy());
  const server = serverAt(port, time.now);
  for (let reads = 0; reads < 5; reads += 1) expect(await server.fault()).toBe("unreachable");
  expect(connects()).toBe(1);
  time.pass(10_000);
  await server.fault();
  expect(connects()).toBe(2);
});

test("to be done with a server that does not answer takes less long than its answer is waited for", async () => {
  const asked = Promise.withResolvers<void>();
  const { port } = await listening((socket) => {
    onTestFinished(() => void socket.destroy());
    asked.resolve();
  });
  const server = serverAt(port);
  void server.fault();
  await asked.promise;
  const done = server.close().then(() => "done");
  expect(await Promise.race([done, sleep(3_000, "the answer is waited for")])).toBe("done");
});

test("whatever the driver says is a DatabaseError; a fault of this program is not", () => {
  const said = (message: string, facts: object = {}): unknown => {
    const found = asDoltError(ofDriver(Object.assign(new Error(message), facts)), "hq");
    return found instanceof DatabaseError ? found.fault : found;
  };
  const connect = { syscall: "connect" };
  expect([
    said("connect EPERM", { code: "EPERM", ...connect }),
    said("connect EMFILE", { code: "EMFILE", ...connect }),
    said("connect EINVAL", { code: "EINVAL", ...connect }),
    said("connect EAFNOSUPPORT", { code: "EAFNOSUPPORT", ...connect }),
    said("connect ENOENT", { code: "ENOENT", ...connect }),
    said("Can't add new command when connection is in closed state"),
    said("Pool is closed."),
  ]).toEqual(Array.from({ length: 7 }, () => "unreachable"));
  expect(said("Server requests authentication using unknown plugin", { code: "AUTH_SWITCH_PLUGIN_ERROR" })).toBe(
    "denied",
  );
  expect(said("who knows")).toBe("unreadable");
  expect(asDoltError(ofDriver("a text"), "hq")).toBeInstanceOf(DatabaseError);
  expect(asDoltError(ofDriver(new RangeError("offset")), "hq")).toBeInstanceOf(DatabaseError);
  for (const ours of [new TypeError("ours"), new RangeError("ours")]) expect(asDoltError(ours, "hq")).toBe(ours);
  const unnamed = asDoltError(ofDriver(new Error("at 10.0.0.7 as some-user")), "hq");
  expect(String(unnamed)).not.toMatch(/10\.0\.0\.7|some-user/);
});
