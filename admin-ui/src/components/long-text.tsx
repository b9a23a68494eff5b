import { Text } from '@mantine/core';

/** Text of a stranger in a list: three lines of it, and all of it when it is pointed at. */
export const LongText = ({ children }: { readonly children: string }) => (
  <Text component="span" inherit lineClamp={3} title={children}>
    {children}
  </Text>
);
