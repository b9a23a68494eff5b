import { Button } from '@mantine/core';
// The package's own index asks for a validator that the Content-Security-Policy would stop.
import Form from '@rjsf/core/lib/components/Form.js';
import type { IconButtonProps, RJSFSchema, UiSchema } from '@rjsf/utils';
import './schema-form.css';
import { validator } from './validator.ts';

type Props = {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (value: Readonly<Record<string, unknown>>) => void;
};

/** A button with a word on it, in place of the library's icons. */
const WordButton = ({ id, disabled, onClick, word }: IconButtonProps & { readonly word: string }) => (
  <Button id={id} size="compact-xs" variant="default" disabled={disabled} onClick={onClick}>
    {word}
  </Button>
);

const templates = {
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

/** A form for params, made from their schema. */
export const SchemaForm = ({ schema, value, onChange }: Props) => (
  <div className="schema-form">
    <Form
      tagName="div"
      idPrefix="params"
      schema={{ type: 'object', ...schema } as RJSFSchema}
      uiSchema={UI_SCHEMA}
      formData={value}
      validator={validator}
      templates={templates}
      noValidate
      showErrorList={false}
      onChange={({ formData }) => onChange((formData ?? {}) as Readonly<Record<string, unknown>>)}
    >
      {null}
    </Form>
  </div>
);
