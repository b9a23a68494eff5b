import { createHash } from 'node:crypto';

/** What PostgreSQL takes as a name, in bytes. */
const NAME_MAX = 63;
const PREFIX = 'clawcierge_hints';

/**
 * What nodes listen to whose tables are in the schema: platforms in two schemas of one database do not hear each other. In
 * `public` it is the one of releases before DATABASE_SCHEMA, which are heard in a rolling upgrade.
 */
export const hintsChannelOf = (schema: string): string => {
  if (schema === 'public') return PREFIX;
  const name = `${PREFIX}_${schema}`;
  if (Buffer.byteLength(name) <= NAME_MAX) return name;
  return `${PREFIX}_${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`;
};
