import { Alert, Button, Card, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { Link } from 'wouter';

/** While the first answer is on its way. */
export const Loading = () => (
  <Center mih={220} role="status" aria-label="Loading">
    <Loader />
  </Center>
);

/** There is nothing to show, and what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

/** The address names something that is not there. */
export const NothingHere = ({ title }: { readonly title: string }) => (
  <Card>
    <Empty title={title}>
      <Text className="soft">It may have been deleted, or the address is incomplete.</Text>
      <Button component={Link} href="/" variant="default" mt="sm">
        To the agents
      </Button>
    </Empty>
  </Card>
);

/** What went wrong, where it went wrong. */
export function ErrorNotice({ error, onRetry }: { readonly error: CombinedError; readonly onRetry?: () => void }) {
  const message = error.networkError
    ? 'The platform does not answer.'
    : error.graphQLErrors.map((each) => each.message).join(' ');
  return <Problem message={message} onRetry={onRetry} />;
}

export const Problem = ({ message, onRetry }: { readonly message: string; readonly onRetry?: () => void }) => (
  <Alert
    color="red"
    variant="light"
    role="alert"
    icon={<IconAlertTriangle size={18} aria-hidden />}
    title={message}
    styles={{ title: { marginBottom: 0, overflowWrap: 'anywhere' } }}
  >
    {onRetry && (
      <Button size="xs" variant="default" mt="xs" onClick={onRetry}>
        Try again
      </Button>
    )}
  </Alert>
);
