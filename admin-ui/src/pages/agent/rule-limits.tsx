import { Anchor, Text } from '@mantine/core';
import { Fragment } from 'react';
import { Link } from 'wouter';
import { Time } from '../../components/time.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { RuleLimits } from '../editor/draft.ts';

/** What else a rule says of when it applies; nothing where it always does. */
export function RuleLimitsLine({ limits: { onlyParams, expiresAt, madeFrom } }: { readonly limits: RuleLimits }) {
  if (!onlyParams && !expiresAt && !madeFrom) return null;
  return (
    <Text size="xs" className="soft">
      {onlyParams && (
        <>
          {onlyParams.length === 0 ? 'Only with no params' : 'Only with just the params '}
          {onlyParams.map((name, index) => (
            <Fragment key={name}>
              {index > 0 && ', '}
              <VisibleText>{isPlain(name) ? name : `“${name}”`}</VisibleText>
            </Fragment>
          ))}
          {'. '}
        </>
      )}
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

/** Other names are whatever a sender wrote, and have to be seen to begin and to end. */
const isPlain = (name: string): boolean => /^\w+$/.test(name);

const isOver = (expiresAt: string): boolean => Date.parse(expiresAt) <= Date.now();
