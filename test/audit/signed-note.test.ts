import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { EMPTY_ROOT } from '../../src/domain/merkle.ts';
import { checkpointText, openCheckpoint, signedNote, verifierText } from '../../src/domain/signed-note.ts';

const { privateKey, publicKey: key } = generateKeyPairSync('ed25519');
const publicKey = key.export({ type: 'spki', format: 'der' }).subarray(-32);
const checkpoint = { origin: 'one.example/tree', size: 3, root: EMPTY_ROOT };

/** The checkpoint, signed under that name. */
const signedAs = (name: string) =>
  signedNote(checkpointText(checkpoint), { name, publicKey, sign: (bytes) => sign(null, bytes, privateKey) });

it('a checkpoint counts only where it is signed under the name of its own tree: one key may sign several', () => {
  const { origin } = checkpoint;
  expect(openCheckpoint(signedAs(origin), [verifierText(origin, publicKey)])).toEqual(checkpoint);
  const other = 'other.example/tree';
  expect(openCheckpoint(signedAs(other), [verifierText(other, publicKey)])).toBe(null);
});

it.each(['9007199254740992', '03', '-1', '1e3'])('a checkpoint of %s entries is none', (size) => {
  const { origin } = checkpoint;
  const text = checkpointText(checkpoint).replace('\n3\n', `\n${size}\n`);
  const note = signedNote(text, { name: origin, publicKey, sign: (bytes) => sign(null, bytes, privateKey) });
  expect(openCheckpoint(note, [verifierText(origin, publicKey)])).toBe(null);
});
