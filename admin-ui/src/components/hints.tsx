import { Badge, Group } from '@mantine/core';
import type { HintsFragment } from '../generated/graphql.ts';
import { HINTS } from './said.ts';

/** What an agent says of an action, a word for each; nothing where it says nothing. */
export function Hints({ hints }: { readonly hints: HintsFragment }) {
  const said = HINTS.flatMap(({ name, word }) => {
    const value = hints[name];
    return value === null ? [] : [{ name, value, word: value ? word : `not ${word}` }];
  });
  if (said.length === 0) return null;
  return (
    <Group gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Hints">
      {said.map(({ name, value, word }) => (
        <Badge
          key={name}
          component="li"
          variant="outline"
          tt="none"
          fw={550}
          color={name === 'destructive' && value ? 'var(--warn)' : 'var(--soft)'}
        >
          {word}
        </Badge>
      ))}
    </Group>
  );
}
