import { Button, Group } from '@mantine/core';
import type { useQueryState } from './query-state.ts';

/** Leads from a page of a list, newest first, to the next one, and from any but the first back to that. */
export function PageTurner({
  after,
  pageInfo,
  write,
}: Pick<ReturnType<typeof useQueryState>, 'write'> & {
  /** The cursor that the page begins after; empty for the first. */
  readonly after: string | undefined;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}) {
  return (
    <Group gap="xs">
      {after && (
        <Button variant="default" size="xs" onClick={() => write({ after: '' })}>
          Newest
        </Button>
      )}
      {pageInfo.hasNextPage && (
        <Button variant="default" size="xs" onClick={() => write({ after: pageInfo.endCursor ?? '' })}>
          Older
        </Button>
      )}
    </Group>
  );
}
