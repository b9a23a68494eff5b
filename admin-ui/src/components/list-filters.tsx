import { Select, TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import type { useQueryState } from './query-state.ts';

type FilterState = ReturnType<typeof useQueryState>;

/** Spans of time up to now, by what stands for them in the address. */
export type Periods = Readonly<Record<string, { readonly label: string; readonly ms: number }>>;

export const HOUR_MS = 3_600_000;
const TYPING_DELAY_MS = 300;

/** When the chosen span begins, as long as it is chosen; null where none is. */
export function usePeriodStart(periods: Periods, { read }: Pick<FilterState, 'read'>): string | null {
  const period = read('period');
  return useMemo(() => {
    const span = periods[period];
    return span ? new Date(Date.now() - span.ms).toISOString() : null;
  }, [periods, period]);
}

/** Chooses one of the spans, or any time. */
export function PeriodFilter({
  label,
  periods,
  read,
  write,
}: FilterState & { readonly label: string; readonly periods: Periods }) {
  return (
    <Select
      label={label}
      data={[
        { value: '', label: 'Any time' },
        ...Object.entries(periods).map(([value, { label: text }]) => ({ value, label: text })),
      ]}
      value={read('period')}
      onChange={(value) => write({ period: value ?? '', after: '' })}
      allowDeselect={false}
      style={{ flex: '1 1 150px' }}
    />
  );
}

/** A filter by text; what is typed counts a moment later, from the beginning of the list. */
export function TextFilter({
  name,
  read,
  write,
  style = { flex: '1 1 150px' },
  ...input
}: FilterState & TextInputProps & { readonly name: string }) {
  const written = read(name);
  const [text, setText] = useState(written);
  // What is being typed stays, its spaces too, while it says what the address does.
  useEffect(() => setText((typed) => (typed.trim() === written ? typed : written)), [written]);
  const writeSoon = useDebouncedCallback(
    (value: string) => write({ [name]: value, after: '', page: '' }),
    TYPING_DELAY_MS,
  );
  return (
    <TextInput
      {...input}
      value={text}
      onChange={({ currentTarget: { value } }) => {
        setText(value);
        writeSoon(value.trim());
      }}
      style={style}
    />
  );
}
