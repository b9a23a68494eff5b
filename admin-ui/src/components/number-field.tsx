import { NumberInput } from '@mantine/core';

/** A whole number; empty where the platform's own counts. */
export type Typed = number | string;

export const numberOf = (typed: Typed): number | null => (typed === '' ? null : Number(typed));

type Props = {
  readonly label: string;
  readonly description?: string;
  readonly min: number;
  readonly max: number;
  readonly value: Typed;
  readonly onChange: (value: Typed) => void;
  /** What counts while it is empty. */
  readonly placeholder?: string;
};

/** A whole number within bounds. */
export const NumberField = (props: Props) => (
  <NumberInput {...props} allowDecimal={false} clampBehavior="blur" thousandSeparator="," hideControls />
);
