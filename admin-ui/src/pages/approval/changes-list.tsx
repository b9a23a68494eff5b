import { Alert, Text } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Changed } from './changes.ts';

/** As much of a value as is shown of it here: the whole of it stands on the page. */
const VALUE_MAX = 300;
const cut = (text: string): string => (text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text);

/** What is otherwise than it was when somebody looked at it. */
export const ChangesList = ({ title, changes }: { readonly title: string; readonly changes: readonly Changed[] }) => (
  <Alert
    color="yellow"
    variant="outline"
    role="alert"
    icon={<IconArrowsExchange size={18} aria-hidden />}
    title={title}
    styles={{ root: { background: 'var(--card-bg)' }, title: { color: 'var(--warn)' } }}
  >
    {changes.length === 0 && (
      <Text size="sm">Nothing that is shown here changed, but what would be done is bound anew. Look once more.</Text>
    )}
    {changes.length > 0 && (
      <ul className="changes" aria-label="What changed">
        {changes.map(({ what, before, after }) => (
          <li key={what}>
            <strong className="wrap-anywhere">
              <VisibleText>{what}</VisibleText>
            </strong>
            {': '}
            <del className="wrap-anywhere">
              <VisibleText>{cut(before)}</VisibleText>
            </del>
            {' → '}
            <ins className="wrap-anywhere">
              <VisibleText>{cut(after)}</VisibleText>
            </ins>
          </li>
        ))}
      </ul>
    )}
  </Alert>
);
