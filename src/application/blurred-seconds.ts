/** How far after the end callers come again, by chance. */
const SPREAD = 1 / 4;

/** In how many seconds a bound is worth another try that a caller shares with others: not all come at once, and none learns when exactly another's use ends. */
export const blurredSeconds = (seconds: number): number => Math.ceil(seconds * (1 + Math.random() * SPREAD));
