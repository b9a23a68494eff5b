import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';

type Props = {
  readonly title: ReactNode;
  /** For the browser's tab. */
  readonly documentTitle: string;
  readonly hint?: ReactNode;
  readonly back?: { readonly href: string; readonly label: string };
  readonly actions?: ReactNode;
};

/** What page this is, how one got there, and what can be done. */
export function PageHeader({ title, documentTitle, hint, back, actions }: Props) {
  useEffect(() => {
    document.title = `${documentTitle} · Clawcierge admin`;
  }, [documentTitle]);
  return (
    <Stack gap={4} mb="lg">
      {back && (
        <Anchor component={Link} href={back.href} size="sm" underline="always" w="fit-content">
          {back.label}
        </Anchor>
      )}
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} style={{ minWidth: 0 }}>
          <Title order={1} size="h2" className="wrap-anywhere">
            {title}
          </Title>
          {hint !== undefined && (
            <Text component="div" className="soft wrap-anywhere">
              {hint}
            </Text>
          )}
        </Stack>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
    </Stack>
  );
}
