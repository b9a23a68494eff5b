import type { DatabaseLink } from './database-link.ts';

/** The kinds of server that may take writes, as `target_session_attrs` has them. */
const WRITABLE: readonly string[] = ['read-write', 'primary', 'any'];

/** Throws where the setting asks for a server that takes no writes. */
export const requireWritable = ({ setting, serverKind }: DatabaseLink): void => {
  if (WRITABLE.includes(serverKind)) return;
  throw new Error(
    `${setting} has target_session_attrs=${serverKind}, and the platform writes: it can be ${WRITABLE.join(', ')}.`,
  );
};
