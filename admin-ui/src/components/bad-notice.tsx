import { Alert } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

type Props = { readonly icon: Icon; readonly title: string; readonly children: ReactNode };

/** Says at the top of a page what is wrong with what it shows. */
export const BadNotice = ({ icon: Sign, title, children }: Props) => (
  <Alert
    color="red"
    variant="outline"
    mb="lg"
    icon={<Sign size={18} aria-hidden />}
    title={title}
    styles={{ root: { background: 'var(--card-bg)' }, title: { color: 'var(--bad)' } }}
  >
    {children}
  </Alert>
);
