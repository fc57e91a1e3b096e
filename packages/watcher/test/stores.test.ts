import { judge } from "@gastown/convoy-core";
import { externalRefCases, sqlQuotingCases } from "@gastown/test-fixtures";
import { sqlServers, useServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newStore, storeKinds } from "./support/stores.ts";

describe.each(storeKinds(sqlServers().kinds))("a town on %s", (kind) => {
  const server =
    kind === "sqlite"
      ? () => {
          throw new Error("no server");
        }
      : useServer(kind, { beforeAll, afterAll });
  const town = () => newStore(kind, server);

  test("convoys are told by type or label; closed ones, and issues, are left out", async () => {
    const { store, writer } = await town();
    const hq = writer();
    await hq.convoy({ id: "hq-cv-type", title: "By type", tracks: ["hq-1"] });
    await hq.convoy({ id: "hq-cv-label", type: "task", labels: ["gt:convoy"], tracks: [] });
    await hq.convoy({ id: "hq-cv-done", status: "closed", tracks: [] });
    await hq.convoy({ id: "hq-cv-staged", status: "staged_ready", tracks: ["hq-1"] });
    await hq.convoy({ id: "hq-cv-owned", labels: ["gt:owned"], tracks: ["hq-1"] });
    await hq.issue({ id: "hq-1", status: "closed" });
    expect([...(await store.openConvoys())].toSorted()).toEqual([
      "hq-cv-label",
      "hq-cv-owned",
      "hq-cv-staged",
      "hq-cv-type",
    ]);
    const found = await store.readConvoys([
      "hq-cv-type",
      "hq-cv-label",
      "hq-cv-staged",
      "hq-cv-owned",
      "hq-cv-done",
      "hq-1",
    ]);
    expect([...found].map(([id, convoy]) => [id, judge(convoy).kind]).toSorted()).toEqual([
      ["hq-cv-done", "closed"],
      ["hq-cv-label", "empty"],
      ["hq-cv-owned", "owned"],
      ["hq-cv-staged", "staged"],
      ["hq-cv-type", "complete"],
    ]);
    expect(found.get("hq-cv-type")?.title).toBe("By type");
  });

  test("each issue is read in its home; a row that is missing there is gone, and says so", async () => {
    const { store, writer } = await town();
    await writer("alpha").issue({ id: "al-1", status: "closed" });
    await writer("beta").issue({ id: "be-1", status: "in_progress", title: "Half done" });
    await writer().issue({ id: "hq-1", status: "closed" });
    await writer().convoy({
      id: "hq-cv-a",
      tracks: ["external:al:al-1", "external:be:be-1", "external:al:al-gone", "hq-1", "external:x:xx-1"],
    });
    const convoy = (await store.readConvoys(["hq-cv-a"])).get("hq-cv-a");
    expect(convoy?.tracked.map(({ id, state, rig, why }) => [id, state, rig ?? "", why ?? ""]).toSorted()).toEqual([
      ["al-1", "done", "alpha", ""],
      ["al-gone", "unknown", "alpha", "al-gone is gone: there is no such issue in alpha"],
      ["be-1", "open", "beta", ""],
      ["hq-1", "done", "town", ""],
      ["xx-1", "unknown", "", "no route leads to xx-1"],
    ]);
    const times = [
      convoy?.createdAt,
      ...(convoy?.tracked ?? []).filter((issue) => issue.state === "done").map((issue) => issue.since),
    ];
    for (const time of times)
      expect(Math.abs(Date.parse(time ?? "") - Date.now()), `${time} is the time of just now`).toBeLessThan(60_000);
  });

  test("which convoys track an issue is read anew after each change", async () => {
    const { store, writer } = await town();
    await writer("alpha").issue({ id: "al-1" });
    await writer().convoy({ id: "hq-cv-a", tracks: ["external:al:al-1"] });
    expect([...(await store.convoysTracking(["al-1", "al-2", "hq-cv-a"]))]).toEqual([
      ["al-1", ["hq-cv-a"]],
      ["hq-cv-a", ["hq-cv-a"]],
    ]);
    await writer().convoy({ id: "hq-cv-b", tracks: ["external:alpha:al-1", "al-2"] });
    const after = await store.convoysTracking(["al-1", "al-2"]);
    expect([[...(after.get("al-1") ?? [])].toSorted(), after.get("al-2")]).toEqual([
      ["hq-cv-a", "hq-cv-b"],
      ["hq-cv-b"],
    ]);
    await writer().close("hq-cv-a");
    expect((await store.convoysTracking(["al-1"])).get("al-1")).toEqual(["hq-cv-b"]);
    expect(await store.closedConvoysTracking?.("al-1")).toEqual(["hq-cv-a"]);
    expect(await store.closedConvoysTracking?.("AL-1")).toEqual([]);
  });

  test("every reference of the table leads to its issue, and to no other", async () => {
    const { store, writer } = await town();
    const references = [...new Set(externalRefCases().map(({ reference }) => reference))].filter(
      (text) => text !== "" && text.length <= 255,
    );
    const convoyOf = new Map<string, string>();
    for (const [index, reference] of references.entries())
      convoyOf.set(reference, await writer().convoy({ id: `hq-cv-${index}`, tracks: [reference] }));
    for (const { reference, id, matches, name } of externalRefCases()) {
      const convoy = convoyOf.get(reference);
      if (convoy === undefined) continue;
      const tracking = (await store.convoysTracking([id])).get(id) ?? [];
      expect(tracking.includes(convoy), `${name}: ${reference} and ${id}`).toBe(matches);
    }
    expect(convoyOf.size).toBeGreaterThan(15);
  });

  test("every id of the table is found as it is, and none of its near misses", async () => {
    const { files, writer } = await town();
    const database = await (await files.databases()).town.open();
    let seen = 0;
    for (const { id, others, name } of sqlQuotingCases()) {
      // What a column cannot hold, no writer can store.
      if (id === "" || id.length > 255 || /[\uD800-\uDFFF](?![\uDC00-\uDFFF])/.test(id) || id.includes("\0")) continue;
      await writer().issue({ id });
      const found = await database.issues([id, ...others]);
      expect([name, ...found.map((row) => row.id)]).toEqual([name, id]);
      await writer().remove(id);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(20);
  });

  test("a thousand and more issues are read in one go", async () => {
    const { files, writer } = await town();
    const database = await (await files.databases()).town.open();
    await writer().issue({ id: "hq-first" });
    await writer().issue({ id: "hq-last", status: "closed" });
    const ids = ["hq-first", ...Array.from({ length: 2_500 }, (_, index) => `hq-none-${index}`), "hq-last"];
    expect((await database.issues(ids)).map(({ id, status }) => [id, status])).toEqual([
      ["hq-first", "open"],
      ["hq-last", "closed"],
    ]);
  });
});
