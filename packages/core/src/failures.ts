import { backoff, LANDING_BACKOFF, STREAM_BACKOFF } from "./backoff.ts";
import { type ConvoySnapshot, fingerprint } from "./convoy.ts";
import { WatcherError, messageOf } from "./errors.ts";
import type { ConvoyMemory, Run } from "./run.ts";

/** After so many failed tries in a row a convoy is reported as stuck. */
export const STUCK_AFTER = 3;

/** What a landing that did not come about left behind. */
export interface Outcome {
  /** Fingerprint of the try: of the convoy as last read, and of gt. */
  readonly print: string;
  readonly output: string;
  /** It took so long, or is so clear, that it is told at once. */
  readonly hung: boolean;
}

/** Counts a failed try, says so when it is one too many, and puts the next one into the queue. */
export function fail(run: Run, id: string, memory: ConvoyMemory, { print, output, hung }: Outcome): void {
  const { clock, random } = run.options;
  const attempts = (memory.failure?.attempts ?? 0) + 1;
  const due = hung || attempts >= STUCK_AFTER;
  const told = memory.failure?.reported === true;
  const delay = backoff(LANDING_BACKOFF, attempts, random());
  memory.failure = { attempts, fingerprint: print, retryAt: clock.now() + delay, reported: told || due };
  if (due && !told) reportStuck(run, id, memory, attempts, output);
  run.landing.addAfter(id, delay);
}

/** The convoy could not be read: nothing was tried, so that nothing but the next good read has to be waited for. */
export function postpone(run: Run, id: string, memory: ConvoyMemory, error: unknown): void {
  memory.unread = (memory.unread ?? 0) + 1;
  if (memory.unread === STUCK_AFTER) reportStuck(run, id, memory, memory.unread, inWords(error));
  run.landing.addAfter(id, backoff(STREAM_BACKOFF, memory.unread, run.options.random()));
}

/** Says once that an id must not become an argument. */
export function refuse(run: Run, memory: ConvoyMemory, { id }: ConvoySnapshot): void {
  if (memory.failure !== undefined) return;
  memory.failure = { attempts: 0, retryAt: 0, reported: true };
  reportStuck(run, id, memory, 0, `"${id}" is not an id that may be handed to a command: close the convoy by hand`);
}

/** Whether the last try failed, nothing has changed since, and it is too early for the next one. */
export function isPostponed(run: Run, convoy: ConvoySnapshot, memory: ConvoyMemory): boolean {
  const { failure } = memory;
  if (failure === undefined) return false;
  if (failure.fingerprint !== printOf(run.options.lander.identity(), convoy)) {
    delete memory.failure;
    return false;
  }
  const left = failure.retryAt - run.options.clock.now();
  // More than any backoff can be left only when the wall clock was set back.
  if (left <= 0 || left > LANDING_BACKOFF.cap) return false;
  run.landing.addAfter(convoy.id, left);
  return true;
}

/** Whether nothing more is to be expected of this convoy for now. */
export function isStuck({ failure, unread = 0 }: ConvoyMemory): boolean {
  return failure?.reported === true || unread >= STUCK_AFTER;
}

/** Fingerprint of a try: when the convoy or gt changes, the next one is a new one. */
export function printOf(gt: string, convoy: ConvoySnapshot): string {
  return `${gt}\n${fingerprint(convoy)}`;
}

/** An error with what to do about it. */
export function inWords(error: unknown): string {
  return error instanceof WatcherError ? `${error.message} (${error.hint})` : messageOf(error);
}

function reportStuck(run: Run, convoy: string, { title = "" }: ConvoyMemory, attempts: number, output: string): void {
  run.options.report({ event: "stuck", convoy, title, attempts, output });
}
