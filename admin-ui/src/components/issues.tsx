import { List } from '@mantine/core';

type Issue = { readonly path: string; readonly message: string };

/** Everything that is wrong with an input, part by part. */
export const Issues = ({ issues }: { readonly issues: readonly Issue[] }) => (
  <List size="sm" aria-label="Problems">
    {issues.map(({ path, message }) => (
      <List.Item key={`${path} ${message}`} className="wrap-anywhere">
        <span className="mono">{path}</span> {message}
      </List.Item>
    ))}
  </List>
);
