import { decideTold, gatedStore, judge } from "@gastown/convoy-core";
import { gateSays, mergeGateCases, toldCases } from "@gastown/test-fixtures";
import { type DoltSchema, type ServerKind, sqlServers, useServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawRows, rowsOfFile, rowsOnServer } from "./support/raw-rows.ts";
import { newStore, type StoreUnderTest } from "./support/stores.ts";

const stores: readonly (readonly ["sqlite" | ServerKind, DoltSchema])[] = [
  ["sqlite", "1.0.0"],
  ...sqlServers().kinds.map((kind) => [kind, "1.0.5"] as const),
];

const gate = { staleAfter: Number.POSITIVE_INFINITY, wall: Date.now };

/** Mails, and merge requests, are wisps on a server, and issues of a type of their own in a file. */
describe.each(stores)("rows on %s, schema %s", (kind, schema) => {
  const server =
    kind === "sqlite"
      ? () => {
          throw new Error("no server");
        }
      : useServer(kind, { beforeAll, afterAll });
  const rowsOf = async (under: StoreUnderTest, rig: string): Promise<RawRows> => {
    const { town, homes } = await under.files.databases();
    const home = [town, ...homes].find((one) => one.rig === rig) ?? expect.fail(`no ${rig}`);
    const { name } = await home.open();
    return kind === "sqlite"
      ? rowsOfFile(under.dir, rig === "town" ? "hq" : rig)
      : rowsOnServer(server, name, schema === "1.0.5");
  };

  test("each case of the table is held, or passes, as it says", async () => {
    const under = await newStore(kind, server, schema);
    const [hq, alpha, beta] = [await rowsOf(under, "town"), await rowsOf(under, "alpha"), await rowsOf(under, "beta")];
    let seen = 0;
    for (const row of mergeGateCases()) {
      if (row.missing !== undefined) continue;
      for (const rows of [hq, alpha, beta]) rows.clear();
      hq.issue({ id: "hq-cv-a", issue_type: "convoy", description: row.convoy });
      for (const { id } of row.tracked) hq.depends("hq-cv-a", `external:alpha:${id}`, "tracks");
      for (const { labels, ...issue } of [...row.tracked, ...row.others]) alpha.issue(issue, { labels });
      for (const { rig, kind: how, blocked_by, ...request } of row.requests) {
        const rows = rig === "alpha" ? alpha : beta;
        const wisp = how === "wisp";
        if (wisp) rows.issue(request, { wisp, labels: ["gt:merge-request"] });
        else rows.issue({ ...request, issue_type: "merge-request" });
        for (const on of blocked_by) rows.depends(request.id, on, "blocks", { wisp });
      }
      for (const rows of [hq, alpha, beta]) await rows.commit();
      const convoy =
        (await gatedStore(under.store, gate).readConvoys(["hq-cv-a"])).get("hq-cv-a") ?? expect.fail("no convoy");
      expect([row.name, judge(convoy).kind]).toEqual([row.name, row.verdict]);
      expect([row.name, gateSays(convoy.tracked)]).toEqual([row.name, { unmerged: row.unmerged, words: row.words }]);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(50);
  });

  test("the issue that a merge request is about is found by its id", async () => {
    const under = await newStore(kind, server, schema);
    const alpha = await rowsOf(under, "alpha");
    const description = "branch: b\nsource_issue: al-9wn";
    alpha.issue({ id: "al-wisp-1", description }, { wisp: true, labels: ["gt:merge-request", "other"] });
    alpha.issue({ id: "al-mr2", description: "Source-Issue: al-2", issue_type: "merge-request" });
    alpha.issue({ id: "al-3", description });
    alpha.issue({ id: "al-wisp-4", description: "" }, { wisp: true, labels: ["gt:merge-request"] });
    await alpha.commit();
    const home = (await under.files.databases()).homes.find(({ rig }) => rig === "alpha");
    const sources = await (
      await home?.open()
    )?.mergeSources?.(["al-wisp-1", "al-mr2", "al-3", "al-wisp-4", "AL-WISP-1"]);
    expect([...(sources ?? [])].toSorted()).toEqual([
      ["al-mr2", "al-2"],
      ["al-wisp-1", "al-9wn"],
    ]);
    await under.writer().convoy({ id: "hq-cv-a", tracks: ["external:alpha:al-9wn"] });
    expect([...(await gatedStore(under.store, gate).convoysTracking(["al-wisp-1", "al-mr2"]))]).toEqual([
      ["al-wisp-1", ["hq-cv-a"]],
    ]);
  });

  test("each case of the table is told, or not, as it says", async () => {
    const under = await newStore(kind, server, schema);
    const hq = await rowsOf(under, "town");
    let seen = 0;
    for (const { name, convoy: row, mails, gt, told, untold, repair } of toldCases()) {
      // A database that has no mails, or no times, is no beads database of today.
      if (mails === null || (row.closed_at === null && row.status === "closed")) continue;
      hq.clear();
      hq.issue({ id: "hq-cv-a", issue_type: "convoy", ...row, close_reason: "All tracked issues completed" });
      for (const [nth, mail] of mails.entries())
        hq.issue(
          { id: `hq-wisp-${nth}`, ...mail, issue_type: "message" },
          { wisp: nth % 2 === 0, labels: ["gt:message"] },
        );
      await hq.commit();
      const convoy = (await under.store.readConvoys(["hq-cv-a"])).get("hq-cv-a") ?? expect.fail("no convoy");
      const verdict = decideTold(convoy, await under.store.messagesAbout?.("hq-cv-a"), gt);
      expect([name, verdict]).toEqual([name, expect.objectContaining({ told, untold, repair: repair ?? undefined })]);
      expect(convoy.closeReason).toBe("All tracked issues completed");
      seen += 1;
    }
    expect(seen).toBeGreaterThan(24);
  });

  test.skipIf(kind === "sqlite")("without a table for wisps nothing is held, and it says why", async () => {
    const { store, writer } = await newStore(kind, server, "0.50");
    await writer("alpha").issue({ id: "al-1", status: "closed" });
    await writer("alpha").issue({ id: "al-mr", type: "merge-request" });
    await writer().convoy({ id: "hq-cv-a", tracks: ["external:al:al-1"] });
    const convoy = (await gatedStore(store, gate).readConvoys(["hq-cv-a"])).get("hq-cv-a") ?? expect.fail("no convoy");
    expect([judge(convoy).kind, gateSays(convoy.tracked).words]).toEqual([
      "complete",
      { "al-1": "merge state unknown: alpha does not keep merge requests where they can be read" },
    ]);
  });
});
