import { Alert, Text } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { shortened } from '../../components/json-values.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Changed } from './changes.ts';

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
    {changes.length > 0 && <Changes label="What changed" changes={changes} />}
  </Alert>
);

/** What is otherwise, each as it was and as it is. The whole of a long value stands on the page. */
export const Changes = ({ label, changes }: { readonly label: string; readonly changes: readonly Changed[] }) => (
  <ul className="changes" aria-label={label}>
    {changes.map(({ what, before, after }) => (
      <li key={what}>
        <strong className="wrap-anywhere">
          <VisibleText>{what}</VisibleText>
        </strong>
        {': '}
        <del className="wrap-anywhere">
          <VisibleText>{shortened(before)}</VisibleText>
        </del>
        {' → '}
        <ins className="wrap-anywhere">
          <VisibleText>{shortened(after)}</VisibleText>
        </ins>
      </li>
    ))}
  </ul>
);
