import { writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/transport/graphql/schema.ts';

const HEADER = '# Printed from src/transport/graphql by `npm run generate`. Do not edit.\n\n';

writeFileSync(
  new URL('../schema/schema.graphql', import.meta.url),
  `${HEADER}${printSchema(lexicographicSortSchema(schema))}\n`,
);
