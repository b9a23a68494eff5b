import { Group, JsonInput, SegmentedControl } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { Params } from '../components/json-values.ts';
import { Loading } from '../components/states.tsx';
import type { FieldNotes } from './field-notes.tsx';

const SchemaForm = lazy(() => import('./schema-form.tsx').then((form) => ({ default: form.SchemaForm })));

type Props = {
  readonly title: ReactNode;
  readonly schema: Params;
  /** What is there to begin with. */
  readonly initial: Params;
  /** Null while what is written is no JSON object. */
  readonly onChange: (params: Params | null) => void;
  /** What is said beside fields, of params that somebody else has filled in. */
  readonly notes?: FieldNotes;
};

/** Params, by a form that is made from their schema or as JSON; changing the view takes them along. */
export function ParamsInput({ title, schema, initial, onChange, notes }: Props) {
  const [view, setView] = useState<'form' | 'json'>('form');
  const [params, setParams] = useState(initial);
  const [text, setText] = useState('');

  const fill = (next: Params) => {
    setParams(next);
    // A field that is left empty is not there.
    onChange(JSON.parse(JSON.stringify(next)));
  };
  const write = (next: string) => {
    setText(next);
    onChange(parseObject(next));
  };
  const show = (next: 'form' | 'json') => {
    if (next === 'json') setText(JSON.stringify(params, null, 2));
    else fill(parseObject(text) ?? params);
    setView(next);
  };

  return (
    <>
      <Group justify="space-between" mb="md">
        {title}
        <SegmentedControl
          size="xs"
          aria-label="How to write them"
          value={view}
          onChange={(value) => show(value as 'form' | 'json')}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
        />
      </Group>
      {view === 'form' ? (
        <Suspense fallback={<Loading />}>
          <SchemaForm schema={schema} value={params} onChange={fill} notes={notes} />
        </Suspense>
      ) : (
        <JsonInput
          aria-label="Params as JSON"
          value={text}
          onChange={write}
          error={parseObject(text) === null ? 'This is no JSON object.' : undefined}
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      )}
    </>
  );
}

function parseObject(text: string): Params | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : null;
  } catch {
    return null;
  }
}
