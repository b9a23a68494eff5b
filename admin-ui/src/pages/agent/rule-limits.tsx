import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Time } from '../../components/time.tsx';
import type { RuleLimits } from '../editor/draft.ts';

/** What else a rule says of when it applies; nothing where it always does. */
export function RuleLimitsLine({ limits: { onlyParams, expiresAt, madeFrom } }: { readonly limits: RuleLimits }) {
  if (!onlyParams && !expiresAt && !madeFrom) return null;
  return (
    <Text size="xs" className="soft">
      {onlyParams &&
        `Only with ${onlyParams.length === 0 ? 'no params' : `just the params ${onlyParams.join(', ')}`}. `}
      {expiresAt && (
        <>
          {isOver(expiresAt) ? 'Expired ' : 'Until '}
          <Time at={expiresAt} />
          {'. '}
        </>
      )}
      {madeFrom && (
        <>
          {'Remembered from '}
          <Anchor component={Link} href={`/approvals/${madeFrom}`} inherit underline="always">
            an approval
          </Anchor>
          .
        </>
      )}
    </Text>
  );
}

const isOver = (expiresAt: string): boolean => Date.parse(expiresAt) <= Date.now();
