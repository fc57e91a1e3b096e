import { expect, test } from "vitest";
import { parseAttachmentFields, parseConvoyFields, parseMergeRequestFields } from "../src/index.ts";

test("a convoy: owner, notify and watchers in this order, each once", () => {
  const description =
    "Convoy tracking 2 issues\nWatchers: al/nux, overseer,,al/rex\nNotify: overseer\nOwner: mayor/\nMerge: direct\ncompletion_notified_at: 2026-11-25T16:39:36Z\nnudge_watchers: al/max";
  expect(parseConvoyFields(description)).toEqual({
    notify: ["mayor/", "overseer", "al/nux", "al/rex"],
    merge: "direct",
    toldAt: "2026-11-25T16:39:36Z",
  });
});

test.for([
  ["", { notify: [] }],
  ["Convoy tracking 1 issues", { notify: [] }],
  ["Owner overseer", { notify: [] }],
  ["  oWnEr :  overseer  \r", { notify: ["overseer"] }],
  ["Owner: a\nOwner: b\nOwner:", { notify: ["b"] }],
  ["Owner: null", { notify: ["null"] }],
  ["Note: Owner: overseer", { notify: [] }],
  ["Merge: Direct", { notify: [] }],
  ["Merge: direct\nMerge: squash", { notify: [] }],
  ["Merge: direct\nMerge: mr", { notify: [], merge: "mr" }],
  ["completion-notified-at: x", { notify: [], toldAt: "x" }],
  ["CompletionNotifiedAt: x", { notify: [], toldAt: "x" }],
  ["completion_notified-at: x", { notify: [] }],
  ["completion notified at: x", { notify: [] }],
  ["completion_notified_at: x\ncompletion-notified-at: y", { notify: [], toldAt: "y" }],
] as const)("a convoy described as %j", ([description, fields]) => {
  expect(parseConvoyFields(description)).toEqual(fields);
});

test("a merge request as gt of July 2026 writes it", () => {
  const description =
    "branch: polecat/nux/al-9wn\ntarget: main\nsource_issue: al-9wn\nrig: alpha\ncommit_sha: e893\nworker: nux\nagent_bead: al-alpha-polecat-nux\nretry_count: 0\nlast_conflict_sha: null\nconflict_task_id: null";
  expect(parseMergeRequestFields(description)).toEqual({
    branch: "polecat/nux/al-9wn",
    target: "main",
    sourceIssue: "al-9wn",
    worker: "nux",
    commitSha: "e893",
    retryCount: 0,
  });
});

test.for([
  ["", {}],
  ["Source-Issue: al-1\nCONFLICTTASKID: al-2", { sourceIssue: "al-1", conflictTaskId: "al-2" }],
  ["source_issue: al-1\nsource_issue: null\nsource_issue:", { sourceIssue: "al-1" }],
  ["source_issue: al-1\nsourceissue: al-2", { sourceIssue: "al-2" }],
  ["source_issue: al-1 al-2", { sourceIssue: "al-1 al-2" }],
  ["the source_issue: al-1", {}],
  ["source__issue: al-1", {}],
  ["retry_count: 2x", { retryCount: 2 }],
  ["retry_count: 1\nretry_count: many", { retryCount: 1 }],
  ["close_reason: rejected\nmerge_commit: NULL", { closeReason: "rejected" }],
  ["target: feature: x", { target: "feature: x" }],
] as const)("a merge request described as %j", ([description, fields]) => {
  expect(parseMergeRequestFields(description)).toEqual(fields);
});

test.for([
  ["", { noMerge: false, reviewOnly: false }],
  ["no_merge: true\nReview-Only: TRUE", { noMerge: true, reviewOnly: true }],
  ["no_merge: yes", { noMerge: false, reviewOnly: false }],
  ["no_merge: true\nnomerge: false", { noMerge: false, reviewOnly: false }],
  ["merge_strategy: local", { noMerge: false, reviewOnly: false, mergeStrategy: "local" }],
] as const)("an attachment described as %j", ([description, fields]) => {
  expect(parseAttachmentFields(description)).toEqual(fields);
});
