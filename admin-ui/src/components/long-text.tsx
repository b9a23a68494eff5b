import { Text } from '@mantine/core';
import { VisibleText } from './visible-text.tsx';

/**
 * Text of a stranger in a list: three lines of it, and all of it when it is pointed at. Handles and actions are broken
 * at their dots, where that is enough.
 */
export const LongText = ({ children }: { readonly children: string }) => (
  <Text component="span" inherit lineClamp={3} title={children}>
    <VisibleText breaksAtDots>{children}</VisibleText>
  </Text>
);
