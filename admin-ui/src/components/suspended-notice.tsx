import { Text } from '@mantine/core';
import { IconBan } from '@tabler/icons-react';
import { BadNotice } from './bad-notice.tsx';
import { Time } from './time.tsx';
import { VisibleText } from './visible-text.tsx';

type Props = {
  readonly suspension: { readonly reason: string; readonly by: string; readonly at: string };
  /** What is stopped by it. */
  readonly children: string;
};

/** Says that somebody is suspended, since when, by whom and why. */
export const SuspendedNotice = ({ suspension: { reason, by, at }, children }: Props) => (
  <BadNotice icon={IconBan} title="Suspended">
    <Text size="sm">{children}</Text>
    <Text size="sm" className="wrap-anywhere" component="div">
      {'By '}
      <VisibleText>{by}</VisibleText>
      {', '}
      <Time at={at} relative />
      {': '}
      <VisibleText>{reason}</VisibleText>
    </Text>
  </BadNotice>
);
