let last = 0n;

/** The present as bd's clock sees it: in ns, and never the same twice. */
export const nowNs = (): bigint => {
  const now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
  last = now > last ? now : last + 1n;
  return last;
};

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

const offset = (date: Date): string => {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "Z";
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
};

/** Go's RFC3339Nano in local time, as bd stores the times of issues and dependencies and prints events. */
export const localTime = (ns: bigint = nowNs()): string => {
  const date = new Date(Number(ns / 1_000_000n));
  const fraction = pad(Number(ns % 1_000_000_000n), 9).replace(/0+$/, "");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day}T${time}${fraction && `.${fraction}`}${offset(date)}`;
};

/** What `CURRENT_TIMESTAMP` gives: UTC, whole seconds. All that `events` has. */
export const utcTime = (ns: bigint = nowNs()): string =>
  new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19).replace("T", " ");
