/** Work on demand: one run at a time, and one more for all who asked during it. */
export interface Trigger {
  /** Says what is done. */
  does(work: () => void | Promise<void>): void;
  /** Resolves when a run that began after the call is over; rejects when that failed, or the plugin has ended. */
  ask(): Promise<void>;
  /** Rejects what is still waited for, and all that comes. */
  end(reason: Error): void;
}

export function createTrigger(): Trigger {
  let work: () => void | Promise<void> = () => undefined;
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  let ended = false;

  const runAfter = async (before: Promise<void>): Promise<void> => {
    await before.catch(() => undefined);
    next = undefined;
    await work();
  };

  return {
    does: (what) => void (work = what),
    ask() {
      if (ended) return over.promise;
      next ??= running = runAfter(running);
      return Promise.race([next, over.promise]);
    },
    end(reason) {
      ended = true;
      over.reject(reason);
    },
  };
}
