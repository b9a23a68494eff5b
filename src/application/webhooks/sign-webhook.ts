import { createHmac, randomBytes } from 'node:crypto';

/** As Standard Webhooks writes secrets (https://www.standardwebhooks.com). */
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A fresh secret, which its owner is shown once. */
export const newWebhookSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/**
 * The headers by which a receiver sees that a message is ours, that it is not an old one, and that it has had it before:
 * those of Standard Webhooks. Each secret has its signature.
 */
export function webhookHeaders(
  body: string,
  { id, at, secrets }: { readonly id: string; readonly at: Date; readonly secrets: readonly string[] },
): Readonly<Record<string, string>> {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
