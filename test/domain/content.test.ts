import { describe, expect, test } from 'vitest';
import { type Block, type ContentResult, problemsOfContent } from '../../src/domain/content.ts';

const blocks: readonly Block[] = [
  { type: 'text', text: '' },
  { type: 'text', text: 'Done.', annotations: { audience: ['user', 'assistant'], priority: 0.5, lastModified: 'x' } },
  { type: 'image', data: 'aGk=', mediaType: 'image/png', name: 'a.png' },
  { type: 'audio', data: '', mediaType: 'audio/ogg; codecs="opus"' },
  { type: 'link', uri: 'file:///a b', name: 'a', title: 'A', description: 'd', mediaType: 'text/x-c++', size: 0 },
  { type: 'resource', uri: 'demo://a/1', mediaType: 'text/html;profile=app', name: 'a', text: '<b>' },
  { type: 'resource', uri: 'urn:a', data: 'aGk+' },
];

/** The problems of one block, each as a line. */
const of = (block: unknown) =>
  problemsOfContent({ content: [block] }).map(({ path, message }) => `${path}: ${message}`);

describe('a result of the format CONTENT', () => {
  test.each<ContentResult>([{ content: [] }, { content: blocks }, { content: [], structured: null }])(
    '%j is one',
    (result) => {
      expect(problemsOfContent(result)).toEqual([]);
    },
  );

  test.each([null, 'text', [], 1])('%j is none', (value) => {
    expect(problemsOfContent(value)).toEqual([
      { path: 'result', message: 'must be an object with "content", a list of blocks, and "structured" if need be' },
    ]);
  });

  test('it has its two members only, and at most 64 blocks', () => {
    expect(problemsOfContent({ content: {}, structuredContent: 1 })).toEqual([
      { path: 'result.structuredContent', message: 'is not known here; known are "content", "structured"' },
      { path: 'result.content', message: 'must be a list of blocks' },
    ]);
    const text: Block = { type: 'text', text: 'a' };
    expect(problemsOfContent({ content: Array(64).fill(text) })).toEqual([]);
    expect(problemsOfContent({ content: Array(65).fill(text) })).toEqual([
      { path: 'result.content', message: 'holds 65 blocks; at most 64 are allowed' },
    ]);
  });

  test('of many problems the first twenty are told', () => {
    const strange = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`, 1]));
    expect(problemsOfContent({ content: [], ...strange })).toHaveLength(20);
  });
});

describe('blocks', () => {
  const kinds = 'must be one of "text", "image", "audio", "link", "resource"';
  const base64 = 'must be base64 (RFC 4648, section 4, with its padding)';
  const mediaType = 'must be a media type such as "image/png"';
  const uri = 'must be an absolute URI, such as "https://example.com/a" or "file:///a"';
  const image = (fields: object) => ({ type: 'image', data: '', mediaType: 'image/png', ...fields });
  const annotated = (annotations: unknown) => ({ type: 'text', text: 'a', annotations });

  test.each<readonly [unknown, ...string[]]>([
    ['text', ': must be a block: an object with a "type"'],
    [{}, `.type: ${kinds}`],
    [{ type: 'toString' }, `.type: ${kinds}`],
    [{ type: 'text' }, '.text: is missing'],
    [{ type: 'text', text: null }, '.text: must be text'],
    [
      { type: 'image', data: '', mimeType: 'a/b' },
      '.mimeType: is not known here; known are "type", "data", "mediaType", "name", "annotations"',
      '.mediaType: is missing',
    ],
    [image({ data: 'aGk' }), `.data: ${base64}`],
    [image({ data: 'a-_=' }), `.data: ${base64}`],
    [image({ data: 'aG=k' }), `.data: ${base64}`],
    [image({ data: '====' }), `.data: ${base64}`],
    [image({ data: 'aGk=\n' }), `.data: ${base64}`],
    [image({ mediaType: 'png' }), `.mediaType: ${mediaType}`],
    [image({ mediaType: 'image/png\r\nX: y' }), `.mediaType: ${mediaType}`],
    [image({ mediaType: `a/${'b'.repeat(254)}` }), '.mediaType: must be at most 255 characters long'],
    [image({ name: '' }), '.name: must not be empty'],
    [{ type: 'link', uri: '/a', name: 'a' }, `.uri: ${uri}`],
    [
      { type: 'link', uri: 'a:\u0000', name: 'a', size: 0.5 },
      `.uri: ${uri}`,
      '.size: must be a whole number from 0 on',
    ],
    [{ type: 'resource', uri: 'a:b' }, ': must have either "text" or "data", which is base64'],
    [{ type: 'resource', uri: 'a:b', text: '', data: '' }, ': must have either "text" or "data", which is base64'],
    [annotated([]), '.annotations: must be an object'],
    [
      annotated({ audience: ['model'], priority: 2 }),
      '.annotations.audience.0: must be one of "user", "assistant"',
      '.annotations.priority: must be a number from 0 to 1',
    ],
    [annotated({ audience: ['user', 'user', 'user'] }), '.annotations.audience: must be a list of at most 2'],
  ])('%j', (block, ...problems) => {
    expect(of(block)).toEqual(problems.map((problem) => `result.content.0${problem}`));
  });
});
