import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';

/** Texts that are signed as C2SP's signed notes are, so that other people's tools read them: checkpoints of a tree among them. */

/** Ed25519. */
const ALGORITHM = 1;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const ID_BYTES = 4;

/** Says under which name a public key signs: `<name>+<id>+<key>`. */
export const verifierText = (name: string, publicKey: Buffer): string =>
  `${name}+${keyId(name, publicKey).toString('hex')}+${Buffer.concat([Buffer.from([ALGORITHM]), publicKey]).toString('base64')}`;

const keyId = (name: string, publicKey: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ALGORITHM]), publicKey]), 'buffer').subarray(
    0,
    ID_BYTES,
  );

/** A note of one signature. The text ends with a line feed. */
export const signedNote = (
  text: string,
  { name, publicKey, sign }: { readonly name: string; readonly publicKey: Buffer; sign(bytes: Buffer): Buffer },
): string => {
  const signature = Buffer.concat([keyId(name, publicKey), sign(Buffer.from(text))]);
  return `${text}\n— ${name} ${signature.toString('base64')}\n`;
};

type Verifier = { readonly name: string; readonly id: Buffer; readonly key: KeyObject };

/** Null where it is none. */
export const readVerifier = (text: string): Verifier | null => {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) return null;
  const bytes = Buffer.from(encoded, 'base64');
  const publicKey = bytes.subarray(1);
  if (bytes[0] !== ALGORITHM || publicKey.length !== KEY_BYTES) return null;
  if (keyId(name, publicKey).toString('hex') !== id) return null;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
  return { name, id: Buffer.from(id, 'hex'), key: createPublicKey({ key: jwk, format: 'jwk' }) };
};

/** The text of a note that one of the verifiers has signed; null where none of them has. */
export const openNote = (note: string, verifiers: readonly string[]): string | null => {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return null;
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  if (!note.endsWith('\n') || !lines.every(isSignature)) return null;
  const isSigned = verifiers.some((each) => {
    const verifier = readVerifier(each);
    return verifier !== null && lines.some((line) => isSignatureOf(verifier, line, text));
  });
  return isSigned ? text : null;
};

/** Of whichever key: notes may have more than one. */
const isSignature = (line: string): boolean => {
  const [, encoded = ''] = /^— [^+\s]+ ([A-Za-z0-9+/]+=*)$/.exec(line) ?? [];
  return encoded !== '' && Buffer.from(encoded, 'base64').toString('base64') === encoded;
};

const isSignatureOf = ({ name, id, key }: Verifier, line: string, text: string): boolean => {
  const begin = `— ${name} `;
  if (!line.startsWith(begin)) return false;
  const bytes = Buffer.from(line.slice(begin.length), 'base64');
  if (bytes.length !== ID_BYTES + SIGNATURE_BYTES || !bytes.subarray(0, ID_BYTES).equals(id)) return false;
  return verify(null, Buffer.from(text), key, bytes.subarray(ID_BYTES));
};

/** What a tree is at some size: the text of a C2SP checkpoint. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Buffer };

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/**
 * Null where the text is none, or the note that it is of is not signed by one of the verifiers, under the name of its own tree: one key
 * may sign several trees, and what is signed does not say under which name.
 */
export const openCheckpoint = (note: string, verifiers: readonly string[]): Checkpoint | null => {
  const origin = note.slice(0, Math.max(note.indexOf('\n'), 0));
  const text = openNote(
    note,
    verifiers.filter((each) => each.startsWith(`${origin}+`)),
  );
  return text === null ? null : readCheckpoint(text);
};

const readCheckpoint = (text: string): Checkpoint | null => {
  const [origin = '', size = '', encoded = ''] = text.split('\n');
  const root = Buffer.from(encoded, 'base64');
  if (!isCount(size) || root.length !== 32 || root.toString('base64') !== encoded) return null;
  return { origin, size: Number(size), root };
};

/** In digits, and small enough that a number has all of them. */
const isCount = (text: string): boolean => /^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text));

/** A C2SP tlog-proof: that the tree of a checkpoint has an entry at a place. */
export const proofText = (index: number, proof: readonly Buffer[], checkpoint: string): string =>
  [PROOF_HEAD, `index ${index}`, ...proof.map((each) => each.toString('base64')), '', checkpoint].join('\n');

const PROOF_HEAD = 'c2sp.org/tlog-proof@v1';

/** Null where it is none. */
export const readProof = (
  text: string,
): { readonly index: number; readonly proof: readonly Buffer[]; readonly checkpoint: string } | null => {
  const end = text.indexOf('\n\n');
  const [head, ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  const [place = '', ...hashes] = lines.filter((line) => !line.startsWith('extra '));
  const index = /^index (\d+)$/.exec(place)?.[1] ?? '';
  if (head !== PROOF_HEAD || !isCount(index)) return null;
  return {
    index: Number(index),
    proof: hashes.map((each) => Buffer.from(each, 'base64')),
    checkpoint: text.slice(end + 2),
  };
};
