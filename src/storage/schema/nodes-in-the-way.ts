import pg from 'pg';

/** A node that a migration would break. */
export type NodeInTheWay = {
  readonly id: string;
  /** The newest migration that it knows; null for one of a release that did not say so. */
  readonly newestMigration: string | null;
};

/**
 * Nodes that are alive and do not know the migration. Their names are numbered, so that they compare as they follow each
 * other. Works on the table as every release made it.
 */
export const nodesInTheWay = async (
  deps: { readonly client: pg.Client; readonly schema: string; readonly nodeTimeoutMs: number },
  migration: string,
): Promise<readonly NodeInTheWay[]> => {
  const { rows } = await deps.client.query<NodeInTheWay & { isAlive: boolean }>(
    `select n.id, to_jsonb(n) ->> 'newest_migration' as "newestMigration"
    from ${pg.escapeIdentifier(deps.schema)}.nodes as n
    where n.seen_at >= clock_timestamp() - $1::float8 * interval '1 ms' order by n.id`,
    [deps.nodeTimeoutMs],
  );
  return rows.filter(({ newestMigration }) => newestMigration === null || newestMigration < migration);
};

/** As an operator is told of them. */
export const nameNodes = (nodes: readonly NodeInTheWay[]): string =>
  nodes
    .map(
      ({ id, newestMigration }) =>
        `${id} (${newestMigration === null ? 'an earlier release' : `knows up to ${newestMigration}`})`,
    )
    .join(', ');
