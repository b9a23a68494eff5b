import type { Config } from './config.ts';

/** What a stop may take besides what its agents may, in seconds. */
const BESIDES_GRACE_SECONDS = 4.5;

/** How long a stop may take once the node serves nobody any more; then it is cut short, with exit code 1. */
export const stopWithinSeconds = ({ shutdownGraceSeconds }: Pick<Config, 'shutdownGraceSeconds'>): number =>
  shutdownGraceSeconds + BESIDES_GRACE_SECONDS;
