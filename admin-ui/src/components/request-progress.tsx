import { Group, Progress, Text } from '@mantine/core';
import type { RequestDetailsFragment } from '../generated/graphql.ts';
import { VisibleText } from './visible-text.tsx';

type Said = NonNullable<RequestDetailsFragment['progress']>;

/** How far the agent says to be with a request that is open; it moves as the agent goes on. */
export const RequestProgress = ({ value, total, message }: Said) => {
  const percent = total == null || !(total > 0) ? null : Math.min(100, Math.max(0, (value / total) * 100));
  return (
    <section aria-label="Progress" style={{ marginBottom: 16 }}>
      <Progress
        // Of what has no end it only shows that it goes on.
        value={percent ?? 100}
        striped={percent === null}
        animated={percent === null}
        aria-label="How far it is"
        transitionDuration={300}
      />
      <Group justify="space-between" gap="sm" mt={4} wrap="nowrap">
        <Text size="sm" component="div" className="wrap-anywhere" style={{ whiteSpace: 'pre-line' }}>
          {message != null && <VisibleText>{message}</VisibleText>}
        </Text>
        <Text size="sm" className="soft" style={{ whiteSpace: 'nowrap' }}>
          {total == null ? NUMBER.format(value) : `${NUMBER.format(value)} of ${NUMBER.format(total)}`}
        </Text>
      </Group>
    </section>
  );
};

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
