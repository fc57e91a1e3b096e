/** What the exit status says; part of the contract, and shown by `--help`. */
export const EXIT = {
  done: 0,
  failure: 1,
  usage: 2,
  findings: 3,
  locked: 4,
  timedOut: 124,
  interrupted: 130,
} as const;
