import { Text } from '@mantine/core';
import FieldTemplate from '@rjsf/core/lib/components/templates/FieldTemplate/FieldTemplate.js';
import type { FieldTemplateProps } from '@rjsf/utils';
import { isEqual, type Params, shortened, valueText } from '../components/json-values.ts';
import { VisibleText } from '../components/visible-text.tsx';

/** What is said beside the fields of a form that somebody else's params are in. */
export type FieldNotes = {
  /** What they were: fields that are otherwise now are marked. */
  readonly before: Params;
  /** Why they were refused, by the path inside the params. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];
};

/** A field with what was asked for where it is another by now, and with what is wrong with it. */
export function NotedField(props: FieldTemplateProps) {
  const notes = (props.registry.formContext as { readonly notes?: FieldNotes }).notes;
  const { path } = props.fieldPathId;
  if (notes === undefined || path.length === 0) return <FieldTemplate {...props} />;
  const wrong = notes.issues.filter((issue) => issue.path === path.join('.'));
  const change = changeAt(notes.before, path, props.formData);
  return (
    <FieldTemplate
      {...props}
      help={
        <>
          {change !== null && (
            <Text
              id={`${props.id}__help`}
              size="xs"
              className="field-change wrap-anywhere"
              data-changed={path.join('.')}
            >
              <VisibleText>{change}</VisibleText>
            </Text>
          )}
          {wrong.length > 0 && (
            <Text id={`${props.id}__error`} size="xs" className="field-issue wrap-anywhere" role="alert">
              {wrong.map(({ message }) => message).join('; ')}
            </Text>
          )}
        </>
      }
    />
  );
}

/** What became of one field; of objects their fields say it, and lists say it as one. */
function changeAt(before: Params, path: readonly (string | number)[], value: unknown): string | null {
  if (path.some((part) => typeof part === 'number') || isObject(value)) return null;
  const was = path.reduce<unknown>((from, part) => (isObject(from) ? from[part] : undefined), before);
  if (isEqual(was, value)) return null;
  if (was === undefined) return 'Added: it was not asked for.';
  return `${value === undefined ? 'Left out' : 'Changed'}. Asked for: ${shortened(valueText(was))}`;
}

const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
