import { writeFileSync } from 'node:fs';
import { isInterfaceType } from 'graphql';
import { schema } from '../src/transport/graphql/schema.ts';

// Which types an interface stands for: the admin UI's cache cannot know otherwise what `... on DomainError` fits, and drops it.

const possible = Object.values(schema.getTypeMap())
  .filter(isInterfaceType)
  .map(({ name }) => name)
  .sort()
  .map((name) => {
    const type = schema.getType(name);
    const types = isInterfaceType(type) ? schema.getPossibleTypes(type).map((each) => each.name) : [];
    return `  ${name}: [\n${types
      .sort()
      .map((each) => `    '${each}',\n`)
      .join('')}  ],\n`;
  });

writeFileSync(
  new URL('../admin-ui/src/generated/possible-types.ts', import.meta.url),
  `// Printed from the schema by \`npm run generate\`. Do not edit.\nexport const POSSIBLE_TYPES: Record<string, string[]> = {\n${possible.join('')}};\n`,
);
