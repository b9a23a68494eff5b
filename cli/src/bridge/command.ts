import type { Command } from 'commander';

/** Adds what can be made an agent to `clawcierge bridge`. Each of them imports its machinery when it runs. */
export function addBridges(_bridge: Command): void {}
