import { Stack, Text } from '@mantine/core';
import type { HintsFragment } from '../generated/graphql.ts';
import { Hints } from './hints.tsx';
import { HINTS } from './said.ts';
import { VisibleText } from './visible-text.tsx';

type Props = {
  readonly title: string | null;
  readonly description: string | null;
  readonly hints: HintsFragment;
};

/** What an action is, in the words of its agent, for whoever is about to use it; nothing where the agent says nothing. */
export function About({ title, description, hints }: Props) {
  if (title === null && description === null && HINTS.every(({ name }) => hints[name] === null)) return null;
  return (
    <Stack gap={6} mb="md" component="section" aria-label="About the action">
      {title !== null && (
        <Text fw={600} className="wrap-anywhere">
          <VisibleText>{title}</VisibleText>
        </Text>
      )}
      {description !== null && (
        <Text size="sm" className="soft wrap-anywhere" lineClamp={6} title={description}>
          <VisibleText>{description}</VisibleText>
        </Text>
      )}
      <Hints hints={hints} />
    </Stack>
  );
}
