import { createTransport } from 'nodemailer';
import type { Mailer } from '../application/ports/mailer.ts';

/** A server that does not answer is given up after so long, in milliseconds. */
const WITHIN_MS = 10_000;
const CONNECTIONS_MAX = 2;
const SENDER_NAME = 'Clawcierge';

type Settings = {
  /** `smtp://` (with STARTTLS, unless it has `?ignoreTLS=true`) or `smtps://`. */
  readonly url: string;
  /** The address that mails come from. */
  readonly from: string;
};

/** Sends by the operator's mail server. What is sent is plain text, and no file or address that it names is looked into. */
export function createSmtpMailer({ url, from }: Settings): Mailer & { close(): void } {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === 'smtps:';
  const ignoreTLS = searchParams.get('ignoreTLS') === 'true';
  const transport = createTransport({
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ignoreTLS,
    requireTLS: !secure && !ignoreTLS,
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: WITHIN_MS,
    greetingTimeout: WITHIN_MS,
    socketTimeout: WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const host = from.slice(from.lastIndexOf('@') + 1);
  return {
    async send({ to, subject, text, id }) {
      await transport.sendMail({
        from: { name: SENDER_NAME, address: from },
        to,
        subject,
        text,
        messageId: `<${id}@${host}>`,
        // No holiday notice answers it (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    },
    close: () => transport.close(),
  };
}
