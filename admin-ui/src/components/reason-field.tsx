import { Textarea } from '@mantine/core';

/** As much as the platform takes. */
const REASON_MAX_LENGTH = 500;

type Props = {
  readonly label?: string;
  /** Who reads it. */
  readonly readBy: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isFirst?: boolean;
};

/** Why somebody does something, in their own words. */
export const ReasonField = ({ label = 'Reason', readBy, placeholder, value, onChange, isFirst = true }: Props) => (
  <Textarea
    label={label}
    description={`${readBy} ${value.length} of ${REASON_MAX_LENGTH} characters.`}
    placeholder={placeholder}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
    maxLength={REASON_MAX_LENGTH}
    autosize
    minRows={2}
    maxRows={8}
    {...(isFirst && { 'data-autofocus': true })}
  />
);
