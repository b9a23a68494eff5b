import { writeFileSync } from 'node:fs';
import { CLOSE_CODE_RANGES, CLOSE_CODES } from '../src/transport/close-codes.ts';

// What the SDK does when a socket was closed. The SDK is a package of its own and imports nothing of the platform.

const codes = Object.entries(CLOSE_CODES).map(
  ([code, { reconnect, meaning }]) => `  [${code}, { retry: '${reconnect}', meaning: '${meaning}' }],`,
);
const ranges = CLOSE_CODE_RANGES.map(
  ({ from, to, reconnect }) => `  { from: ${from}, to: ${to}, retry: '${reconnect}' },`,
);

const text = `// Printed from src/transport/close-codes.ts by \`npm run generate\`. Do not edit.

/** Whether, and how soon, to connect again. */
export type Retry = 'never' | 'at-once' | 'backoff' | 'slowly';

/** What each close code means. */
export const CLOSE_CODES: ReadonlyMap<number, { readonly retry: Retry; readonly meaning: string }> = new Map([
${codes.join('\n')}
]);

/** What codes mean that are not known. */
export const CLOSE_CODE_RANGES: readonly { readonly from: number; readonly to: number; readonly retry: Retry }[] = [
${ranges.join('\n')}
];
`;

writeFileSync(new URL('../agent-sdk/src/generated/close-codes.ts', import.meta.url), text);
