import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** A text or bytes as CBOR: its kind, its length, itself. */
function cbor(kind: 'bytes' | 'text', data: Buffer): Buffer {
  const major = kind === 'bytes' ? 0x40 : 0x60;
  if (data.length < 24) return Buffer.concat([Buffer.from([major + data.length]), data]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(data.length);
  return Buffer.concat([Buffer.from([major + 25]), length, data]);
}

const PRESENT = 0x01;
const HAS_KEY = 0x40;

/** An authenticator with one passkey, for pages of one origin: what a browser and a security key do together. */
export class SoftAuthenticator {
  readonly id = randomBytes(16);
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  /** Of its signatures. */
  counter = 0;

  /** What `navigator.credentials.create` answers to those options, as JSON. */
  create(options: { readonly challenge: string }, origin: string): string {
    const client = this.#clientData('webauthn.create', options.challenge, origin);
    const key = this.#coseKey(this.#keys.publicKey);
    const length = Buffer.from([0, this.id.length]);
    const data = this.#data(origin, PRESENT | HAS_KEY, [Buffer.alloc(16), length, this.id, key]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cbor('text', Buffer.from('fmt')),
      cbor('text', Buffer.from('none')),
      cbor('text', Buffer.from('attStmt')),
      Buffer.from([0xa0]),
      cbor('text', Buffer.from('authData')),
      cbor('bytes', data),
    ]);
    return this.#answer({ clientDataJSON: client, attestationObject, transports: ['usb', '\u0000'] });
  }

  /** What `navigator.credentials.get` answers to those options, as JSON. */
  get(options: { readonly challenge: string }, origin: string): string {
    const client = this.#clientData('webauthn.get', options.challenge, origin);
    this.counter += 1;
    const authenticatorData = this.#data(origin, PRESENT, []);
    const signature = createSign('sha256')
      .update(Buffer.concat([authenticatorData, sha256(client)]))
      .sign(this.#keys.privateKey);
    return this.#answer({ clientDataJSON: client, authenticatorData, signature });
  }

  #clientData(type: string, challenge: string, origin: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #data(origin: string, flags: number, more: readonly Buffer[]): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([sha256(new URL(origin).hostname), Buffer.from([flags]), counter, ...more]);
  }

  /** ES256, as RFC 9053 writes it. */
  #coseKey(key: KeyObject): Buffer {
    const { x = '', y = '' } = key.export({ format: 'jwk' });
    const coordinate = (text: string) => Buffer.concat([Buffer.from([0x58, 0x20]), Buffer.from(text, 'base64url')]);
    return Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      coordinate(x),
      Buffer.from([0x22]),
      coordinate(y),
    ]);
  }

  #answer(response: Readonly<Record<string, Buffer | readonly string[]>>): string {
    const id = this.id.toString('base64url');
    const told = Object.entries(response).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString('base64url') : value,
    ]);
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      response: Object.fromEntries(told),
      clientExtensionResults: {},
    });
  }
}
