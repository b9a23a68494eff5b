/** What the program's exit code says. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  rejected: 3,
  notConnected: 4,
  timedOut: 5,
  rewritten: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
