import { createHmac } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import { textIn } from '../../named-file.ts';

const PREFIX = 'whsec_';
const LEAST_BYTES = 16;

/** The secret in a file: base64 after `whsec_`, as Standard Webhooks writes them, or else the text itself. */
export function secretIn(file: string): Buffer {
  const text = textIn(file, 'secret file').trim();
  const secret = text.startsWith(PREFIX) ? Buffer.from(text.slice(PREFIX.length), 'base64') : Buffer.from(text);
  if (secret.length < LEAST_BYTES) {
    throw new UsageError(`The secret in ${file} has ${secret.length} bytes; at least ${LEAST_BYTES} are needed.`);
  }
  return secret;
}

/**
 * The headers of Standard Webhooks, by which a receiver sees that a request comes from the bridge and is not an old one:
 * the same as the platform's own webhooks have.
 */
export function signatureHeaders(body: string, id: string, at: Date, secret: Buffer): Readonly<Record<string, string>> {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
