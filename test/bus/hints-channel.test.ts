import { expect, it } from 'vitest';
import { hintsChannelOf } from '../../src/bus/hints-channel.ts';

it('each schema has a channel of its own, whose name PostgreSQL takes whole', () => {
  const long = 'x'.repeat(62);
  const schemas = ['public', 'clawcierge', 'another', `${long}a`, `${long}b`];
  const channels = schemas.map(hintsChannelOf);
  expect(new Set(channels).size).toBe(schemas.length);
  for (const channel of channels) expect(Buffer.byteLength(channel)).toBeLessThanOrEqual(63);
});

it('in public it is the one that releases before DATABASE_SCHEMA listen to', () => {
  expect(hintsChannelOf('public')).toBe('clawcierge_hints');
});
