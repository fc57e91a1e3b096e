import { judge } from "@gastown/convoy-core";
import { type DoltSchema, sqlServers, useServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newStore } from "./support/stores.ts";

const schemas: readonly DoltSchema[] = ["0.50", "1.0.0", "1.0.5", "v49", "v53", "v66"];

describe.each(sqlServers().kinds)("schemas on %s", (kind) => {
  const server = useServer(kind, { beforeAll, afterAll });

  test.each(schemas)("a convoy over two rigs and the town, as %s stores it", async (schema) => {
    const { store, writer } = await newStore(server, schema);
    await writer("alpha").issue({ id: "al-1", status: "closed" });
    await writer("beta").issue({ id: "be-1", status: "closed" });
    await writer().issue({ id: "hq-1" });
    await writer().convoy({
      id: "hq-cv-a",
      type: "task",
      labels: ["gt:convoy"],
      tracks: ["external:al:al-1", "be-1", "hq-1"],
    });
    const read = async () => (await store.readConvoys(["hq-cv-a"])).get("hq-cv-a");
    const before = await read();
    expect(before?.tracked.map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual([
      "al-1 done",
      "be-1 done",
      "hq-1 open",
    ]);
    await writer().close("hq-1");
    const after = await read();
    expect(after && judge(after).kind).toBe("complete");
    expect((await store.convoysTracking(["be-1"])).get("be-1")).toEqual(["hq-cv-a"]);
  });

  test.each(["1.0.0", "1.0.5", "v66"] as const)("wisps are issues, and may be convoys, in %s", async (schema) => {
    const { store, writer } = await newStore(server, schema);
    await writer().issue({ id: "hq-wisp-a", wisp: true });
    await writer().convoy({ id: "hq-cv-a", tracks: ["hq-wisp-a"] });
    await writer().convoy({ id: "hq-wisp-cv", wisp: true, labels: ["gt:owned"], tracks: ["hq-wisp-a"] });
    expect([...(await store.openConvoys())].toSorted()).toEqual(["hq-cv-a", "hq-wisp-cv"]);
    expect([...((await store.convoysTracking(["hq-wisp-a"])).get("hq-wisp-a") ?? [])].toSorted()).toEqual([
      "hq-cv-a",
      "hq-wisp-cv",
    ]);
    await writer().close("hq-wisp-a");
    const convoys = await store.readConvoys(["hq-cv-a", "hq-wisp-cv"]);
    expect([...convoys.values()].map((convoy) => [convoy.id, judge(convoy).kind]).toSorted()).toEqual([
      ["hq-cv-a", "complete"],
      ["hq-wisp-cv", "owned"],
    ]);
  });

  test("a migration while it is read is noticed by what is missing", async () => {
    const { store, writer, files } = await newStore(server, "1.0.0");
    const { name } = await (await files.databases()).town.open();
    await writer().issue({ id: "hq-1", status: "closed" });
    await writer().convoy({ id: "hq-cv-a", tracks: ["hq-1"] });
    expect(await store.openConvoys()).toEqual(["hq-cv-a"]);
    for (const table of ["dependencies", "wisp_dependencies"])
      await server().query(
        `ALTER TABLE ${name}.${table} ADD depends_on_issue_id varchar(255), ADD depends_on_wisp_id varchar(255), ADD depends_on_external varchar(255);
         UPDATE ${name}.${table} SET depends_on_issue_id = depends_on_id;
         ALTER TABLE ${name}.${table} DROP PRIMARY KEY; ALTER TABLE ${name}.${table} DROP COLUMN depends_on_id`,
      );
    const convoy = (await store.readConvoys(["hq-cv-a"])).get("hq-cv-a");
    expect(convoy?.tracked.map((issue) => [issue.id, issue.state])).toEqual([["hq-1", "done"]]);
  });
});
