import { writeFileSync } from 'node:fs';
import { isInterfaceType } from 'graphql';
import { schema } from '../src/transport/graphql/schema.ts';

// Which types an interface stands for: the admin UI's cache cannot know otherwise what `... on DomainError` fits, and drops it.

const possible = Object.values(schema.getTypeMap())
  .filter(isInterfaceType)
  .sort((one, other) => (one.name < other.name ? -1 : 1))
  .map((type) => {
    const names = schema.getPossibleTypes(type).map(({ name }) => `    '${name}',\n`);
    return `  ${type.name}: [\n${names.sort().join('')}  ],\n`;
  });

writeFileSync(
  new URL('../admin-ui/src/generated/possible-types.ts', import.meta.url),
  `// Printed from the schema by \`npm run generate\`. Do not edit.\nexport const POSSIBLE_TYPES: Record<string, string[]> = {\n${possible.join('')}};\n`,
);
