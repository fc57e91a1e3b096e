/** What was put in of late: at least the last `limit` keys, and at most twice as many. */
export interface Recent<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
}

/**
 * Two halves, of which the older one is dropped as a whole. To drop the oldest key of one map costs more with each: the
 * map has to be searched for the first that is left.
 */
export function createRecent<V>(limit: number = 5_000): Recent<V> {
  let young = new Map<string, V>();
  let old = young;
  return {
    get: (key) => young.get(key) ?? old.get(key),
    set(key, value) {
      if (young.size >= limit && !young.has(key)) [old, young] = [young, new Map<string, V>()];
      young.set(key, value);
    },
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
  };
}

/** Notes a key; false when it is known already. */
export function isFirst(known: Recent<true>, key: string): boolean {
  if (known.get(key) === true) return false;
  known.set(key, true);
  return true;
}
