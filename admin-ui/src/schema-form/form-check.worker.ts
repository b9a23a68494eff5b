import { createSchemaUtils, type RJSFSchema } from '@rjsf/utils';
import { formSchemaOf } from './form-schema.ts';
import { validator } from './validator.ts';

/** More values than anybody fills in by hand. */
const VALUES_MAX = 1_000;

/** Does what a form does with a schema and a value before it is drawn, where it may take for ever. */
addEventListener('message', ({ data }: MessageEvent<{ schema: Readonly<Record<string, unknown>>; value: unknown }>) => {
  try {
    const schema = formSchemaOf(data.schema) as RJSFSchema;
    const utils = createSchemaUtils(validator, schema);
    const state = utils.getDefaultFormState(schema, data.value);
    utils.toPathSchema(schema, '', state);
    postMessage(countOf(state) > VALUES_MAX ? 'too many' : 'shown');
  } catch {
    postMessage('failed');
  }
});
postMessage('ready');

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + countOf(each), 1);
}
