import { createServer, type AddressInfo } from "node:net";
import { CompiledQuery } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { doltError } from "../src/faults.ts";
import { createDoltServer, createWorkingSets } from "../src/server.ts";

test("a server that takes no connection is tried ever more seldom, up to every two seconds", async () => {
  let tries = 0;
  const listener = createServer((socket) => {
    tries += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void listener.close());
  let now = 0;
  const address = { host: "127.0.0.1", port: (listener.address() as AddressInfo).port, user: "root", password: "" };
  const line = createDoltServer(address, { clock: { now: () => now }, random: () => 1 });
  onTestFinished(() => line.close());
  for (; now < 20_000; now += 50)
    await expect(line.rows(CompiledQuery.raw("select 1"), "hq")).rejects.toMatchObject({ fault: "unreachable" });
  expect(tries).toBeGreaterThan(8);
  expect(tries).toBeLessThan(20);
});

test("a database whose hash is not there any more does not hide the others'", async () => {
  const hashes = new Map([
    ["hq_working", "h1"],
    ["alpha_working", "a1"],
  ]);
  const asked: string[] = [];
  const sets = createWorkingSets(
    async ({ sql }, database) => {
      asked.push(sql);
      if (sql.startsWith("show")) return [...hashes].map(([name, value]) => ({ Variable_name: name, Value: value }));
      const names = [...sql.matchAll(/@@(\w+) as (\w+)/g)].map(([, name = "", as = ""]) => [as, hashes.get(name)]);
      if (names.some(([, hash]) => hash === undefined)) throw doltError("unreadable", database, "unknown variable");
      return [Object.fromEntries(names) as Record<string, unknown>];
    },
    () => 0,
  );
  expect(await sets(["hq", "alpha"])).toEqual(["h1", "a1"]);
  hashes.delete("alpha_working");
  hashes.set("hq_working", "h2");
  expect(await sets(["hq", "alpha"])).toEqual(["h2", undefined]);
  asked.length = 0;
  expect(await sets(["hq", "alpha"])).toEqual(["h2", undefined]);
  expect(asked).toEqual(["select @@hq_working as h0"]);
});
