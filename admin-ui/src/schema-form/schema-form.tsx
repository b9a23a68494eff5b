import { Button, Text } from '@mantine/core';
// The package's own index asks for a validator that the Content-Security-Policy would stop.
import Form from '@rjsf/core/lib/components/Form.js';
import type { IconButtonProps, RJSFSchema, UiSchema } from '@rjsf/utils';
import { useMemo } from 'react';
import { FallbackOnError } from '../components/fallback-on-error.tsx';
import { Loading } from '../components/states.tsx';
import { type FieldNotes, NotedField } from './field-notes.tsx';
import { formSchemaOf } from './form-schema.ts';
import './schema-form.css';
import { useFormCheck } from './use-form-check.ts';
import { validator } from './validator.ts';

type Props = {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (value: Readonly<Record<string, unknown>>) => void;
  readonly notes?: FieldNotes | undefined;
};

/** A button with a word on it, in place of the library's icons. */
const WordButton = ({ id, disabled, onClick, word }: IconButtonProps & { readonly word: string }) => (
  <Button id={id} size="compact-xs" variant="default" disabled={disabled} onClick={onClick}>
    {word}
  </Button>
);

const templates = {
  FieldTemplate: NotedField,
  ButtonTemplates: {
    AddButton: (props: IconButtonProps) => <WordButton {...props} word="Add" />,
    CopyButton: (props: IconButtonProps) => <WordButton {...props} word="Copy" />,
    MoveDownButton: (props: IconButtonProps) => <WordButton {...props} word="Down" />,
    MoveUpButton: (props: IconButtonProps) => <WordButton {...props} word="Up" />,
    RemoveButton: (props: IconButtonProps) => <WordButton {...props} word="Remove" />,
    ClearButton: (props: IconButtonProps) => <WordButton {...props} word="Clear" />,
    SubmitButton: () => null,
  },
};

const UI_SCHEMA: UiSchema = { 'ui:submitButtonOptions': { norender: true } };

/** Somebody's params are as they are: nothing is added that nobody wrote. */
const AS_FILLED = {
  allOf: 'skipDefaults',
  arrayMinItems: { populate: 'never' },
  constAsDefaults: 'never',
  emptyObjectFields: 'skipDefaults',
} as const;

/**
 * A form for params, made from their schema, or why there is none: then they are written as JSON. With notes they are
 * somebody else's: what is said of them stands at their fields.
 */
export function SchemaForm({ schema, value, onChange, notes }: Props) {
  const check = useFormCheck(schema, value);
  const formSchema = useMemo(() => formSchemaOf(schema), [schema]);
  if (check.state === 'checking') return <Loading />;
  if (check.state === 'refused') return <NoForm why={check.why} />;
  return (
    <FallbackOnError fallback={<NoForm why="No form can be made of this schema." />}>
      <div className="schema-form">
        <Form
          tagName="div"
          idPrefix="params"
          schema={formSchema as RJSFSchema}
          uiSchema={UI_SCHEMA}
          formData={value}
          formContext={{ notes }}
          {...(notes && { experimental_defaultFormStateBehavior: AS_FILLED })}
          validator={validator}
          templates={templates}
          noValidate
          showErrorList={false}
          onChange={({ formData }) => onChange((formData ?? {}) as Readonly<Record<string, unknown>>)}
        >
          {null}
        </Form>
      </div>
    </FallbackOnError>
  );
}

const NoForm = ({ why }: { readonly why: string }) => (
  <Text role="status" className="soft">
    {`${why} Write the params as JSON.`}
  </Text>
);
