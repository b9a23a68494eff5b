import { setTimeout as wait } from 'node:timers/promises';
import { ActionError, type CapabilityInput, type ClawciergeAgent } from '../agent-sdk/src/index.ts';

/** What the test suites of protocols call, by the names that they call it by. */

/** One red pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A head, and no sound. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

const text = (said: string) => ({ type: 'text', text: said });
const image = { type: 'image', data: PNG, mediaType: 'image/png' };

/** Answers of the format CONTENT that are always the same. */
const CONTENTS: Readonly<Record<string, readonly object[]>> = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio', data: WAV, mediaType: 'audio/wav' }],
  test_embedded_resource: [
    {
      type: 'resource',
      uri: 'test://embedded-resource',
      mediaType: 'text/plain',
      text: 'This is an embedded resource content.',
    },
  ],
  test_multiple_content_types: [
    text('Multiple content types test:'),
    image,
    {
      type: 'resource',
      uri: 'test://mixed-content-resource',
      mediaType: 'application/json',
      text: '{"test":"data","value":123}',
    },
  ],
  test_streaming_elicitation: [text('Nothing is asked back here.')],
  test_logging_tool: [text('Nothing is logged to clients here.')],
};

/** With the keywords of 2020-12 that a list of tools has to keep. */
const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  ...{
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
  },
  else: { required: ['email'] },
  additionalProperties: false,
};

const CONTENT = { resultFormat: 'CONTENT' } as const;

export const FIXTURE_CAPABILITIES: readonly CapabilityInput[] = [
  ...Object.keys(CONTENTS).map((action) => ({ action, ...CONTENT })),
  { action: 'test_error_handling', ...CONTENT },
  { action: 'test_tool_with_progress', ...CONTENT },
  { action: 'test_trigger_tool_change', ...CONTENT },
  { action: 'json_schema_2020_12_tool', ...CONTENT, paramsSchema: SCHEMA_2020_12 },
  { action: 'greet', ...CONTENT, paramsSchema: { type: 'object', properties: { name: { type: 'string' } } } },
  { action: 'slow_compute', ...CONTENT, paramsSchema: { type: 'object', properties: { seconds: { type: 'number' } } } },
  { action: 'failing_job', ...CONTENT },
];

/** Has the agent do what it offers; `change` publishes another contract. */
export function handleFixtures(agent: ClawciergeAgent, change: () => Promise<void>): void {
  for (const [action, content] of Object.entries(CONTENTS)) agent.on(action, () => ({ content }));
  const says = (said: string) => ({ content: [text(said)] });
  agent.on('test_error_handling', () => {
    throw new ActionError('agent_error', 'This tool intentionally returns an error for testing');
  });
  agent.on('test_tool_with_progress', async ({ progress }) => {
    for (const value of [0, 50, 100]) {
      progress(value, { total: 100 });
      // Reports come together that come closer than half a second.
      await wait(600);
    }
    return says('Done.');
  });
  agent.on('test_trigger_tool_change', async () => {
    await change();
    return says('The list has changed.');
  });
  agent.on('json_schema_2020_12_tool', () => says('The schema is what matters.'));
  agent.on('greet', ({ params: { name = 'you' } }) => says(`Hello, ${String(name)}!`));
  agent.on('slow_compute', async ({ params: { seconds = 0 } }, { signal }) => {
    // Of one that was cancelled nobody waits for an answer.
    await wait(Number(seconds) * 1_000, undefined, { signal }).catch(() => {});
    return says('Computed.');
  });
  agent.on('failing_job', async () => {
    await wait(1_000);
    throw new ActionError('agent_error', 'The job failed.');
  });
}
