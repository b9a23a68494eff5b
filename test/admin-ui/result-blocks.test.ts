import { describe, expect, it } from 'vitest';
import { blocksOf, pictureOf, sizeOf } from '../../admin-ui/src/components/result-blocks.ts';

describe('a result of blocks', () => {
  it.each([
    { content: [{ type: 'text', text: '' }] },
    { content: [{ type: 'image', data: 'aGk=', mediaType: 'image/png', annotations: { priority: 1 } }], structured: 1 },
    {
      content: [
        { type: 'link', uri: 'a:b', name: 'n', size: 1 },
        { type: 'resource', uri: 'a:b', text: '' },
      ],
    },
  ])('is %j', (result) => expect(blocksOf(result)).toBe(result));

  it.each([
    null,
    'text',
    [],
    { content: [] },
    { content: 'text' },
    { content: [null] },
    { content: [{ type: 'text' }] },
    { content: [{ type: 'toString', text: 'a' }] },
    { content: [{ type: 'image', data: 1, mediaType: 'image/png' }] },
    { content: [{ type: 'resource', uri: 'a:b', text: 5 }] },
    { content: [{ type: 'text', text: 'a' }], other: 1 },
  ])('is not %j, which is shown as JSON', (result) => expect(blocksOf(result)).toBeNull());
});

describe('a picture', () => {
  it.each([
    ['image/png', 'data:image/png;base64,aGk='],
    [' IMAGE/PNG ; a=b', 'data:image/png;base64,aGk='],
    ['image/svg+xml', null],
    ['text/html', null],
    ['image/png,<b>', null],
  ])('of the type %j has the address %j', (mediaType, address) => {
    expect(pictureOf({ data: 'aGk=', mediaType })).toBe(address);
  });

  it('whose data is no base64 has none', () => expect(pictureOf({ data: '"><b>', mediaType: 'image/png' })).toBeNull());
});

it.each([
  ['', '0 bytes'],
  ['aGk=', '2 bytes'],
  ['A'.repeat(4_096), '3 KiB'],
])('the base64 %j stands for %s', (data, size) => expect(sizeOf(data)).toBe(size));
