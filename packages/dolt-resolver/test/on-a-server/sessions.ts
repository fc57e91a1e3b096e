import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { type SqlServer } from "@gastown/test-fixtures/dolt";
import { CompiledQuery } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { createDoltServer } from "../../src/server.ts";

/** Of the protocol: to prepare a statement, to execute it. */
const COMMANDS: readonly (number | undefined)[] = [0x16, 0x17];
/** What Dolt 2.3.1 says, for whatever is asked, in a session that knows a database as it was before it was made anew. */
const STALE = errorPacket(1105, "HY000", "root hash doesn't exist: qnl93qcjg7doujfnns915gceuae80fds");

export function sessionsSuite(server: () => SqlServer): void {
  test("a session that knows what is gone is given up, not the server", async () => {
    const between = await startBetween(server().port);
    const dolt = createDoltServer(
      { host: "127.0.0.1", port: between.port, user: "root", password: "" },
      { clock: { now: () => performance.now() }, random: () => 0 },
    );
    onTestFinished(() => dolt.close());
    const ask = (): Promise<unknown> => dolt.rows(CompiledQuery.raw("select 1 as one"), "hq");
    await Promise.all([ask(), ask()]);
    const before = dolt.connections();
    between.spoil();
    expect(await Promise.all([ask(), ask()])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
    expect(dolt.connections()).toBeGreaterThan(before);
    between.spoil("for good");
    await expect(ask()).rejects.toMatchObject({ fault: "unreadable" });
  });
}

/** Stands between, and has all sessions that are open fail: those alone, or all that are to come as well. */
async function startBetween(port: number): Promise<{ port: number; spoil(further?: "for good"): void }> {
  const spoilt = new WeakSet<Socket>();
  const open = new Set<Socket>();
  let always = false;
  const listener = createServer((client) => {
    const behind = connect(port, "127.0.0.1");
    open.add(client);
    client.on("data", (data) => {
      // The client sends a command, and waits: a packet is a chunk.
      if (COMMANDS.includes(data[4]) && (always || spoilt.has(client))) client.write(STALE);
      else behind.write(data);
    });
    behind.on("data", (data) => client.write(data));
    for (const socket of [client, behind]) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(client);
        client.destroy();
        behind.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void listener.close());
  return {
    port: (listener.address() as AddressInfo).port,
    spoil(further) {
      for (const client of open) spoilt.add(client);
      always = further !== undefined;
    },
  };
}

function errorPacket(number: number, state: string, message: string): Buffer {
  const payload = Buffer.concat([Buffer.from([0xff, number & 0xff, number >> 8]), Buffer.from(`#${state}${message}`)]);
  return Buffer.concat([Buffer.from([payload.length & 0xff, payload.length >> 8, 0, 1]), payload]);
}
