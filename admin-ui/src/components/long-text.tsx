import { Text } from '@mantine/core';
import { Fragment } from 'react';

/**
 * Text of a stranger in a list: three lines of it, and all of it when it is pointed at. Handles and actions are broken
 * at their dots, where that is enough.
 */
export const LongText = ({ children }: { readonly children: string }) => (
  <Text component="span" inherit lineClamp={3} title={children}>
    {children.split(/(?<=\.)/).map((part, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
      <Fragment key={index}>
        {part}
        <wbr />
      </Fragment>
    ))}
  </Text>
);
