import { readFileSync, writeFileSync } from 'node:fs';
import { parse, print, visit } from 'graphql';

const printed = readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8');
/** What only people read. */
const bare = visit(parse(printed, { noLocation: true }), {
  enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
});
const literal = print(bare).replaceAll(/[\\`$]/g, '\\$&');
writeFileSync(
  new URL('../agent-sdk/src/generated/schema.ts', import.meta.url),
  `// Printed from schema/schema.graphql by \`npm run generate\`. Do not edit.\nexport const SCHEMA = \`${literal}\`;\n`,
);
