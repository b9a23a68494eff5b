import { Alert, Stack } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import { Issues } from '../../components/issues.tsx';

type Finding = { readonly path: string; readonly message: string };

export type Findings = {
  /** What stands in the way of publishing. */
  readonly issues: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** The version that was published; null where it was only checked. */
  readonly version: number | null;
};

/** What publishing or checking a document found. */
export function FindingsNotice({ issues, warnings, version }: Findings) {
  return (
    <Stack gap="sm" role="status" aria-label="Findings">
      {version !== null && <Done title={`Version ${version} is in force.`} />}
      {version === null && issues.length === 0 && <Done title="It can be published." />}
      {issues.length > 0 && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title="Cannot be published"
        >
          <Issues issues={issues} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          icon={<IconInfoCircle size={18} aria-hidden />}
          title="Probably not meant"
        >
          <Issues issues={warnings} />
        </Alert>
      )}
    </Stack>
  );
}

const Done = ({ title }: { readonly title: string }) => (
  <Alert
    color="green"
    variant="light"
    icon={<IconCircleCheck size={18} aria-hidden />}
    title={title}
    styles={{ title: { marginBottom: 0 } }}
  />
);
