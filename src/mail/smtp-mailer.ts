import { createTransport } from 'nodemailer';
import type { Mailer } from '../application/ports/mailer.ts';

/** A server that is not there, or does not greet, is given up after so long, in milliseconds. */
const CONNECT_WITHIN_MS = 10_000;
/**
 * One that has the mail and has not said so yet is given up after so long, however much it says meanwhile. Sooner would write
 * those twice whose server looks at a mail before it takes it: RFC 5321 (4.5.3.2.6) asks for ten minutes.
 */
const SEND_WITHIN_MS = 600_000;
const CONNECTIONS_MAX = 4;
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
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    socketTimeout: SEND_WITHIN_MS,
    // A server that hangs up may have taken the mail: when to try again is the outbox's to say.
    maxRequeues: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const host = from.slice(from.lastIndexOf('@') + 1);
  return {
    async send({ to, subject, text, id }, signal) {
      const deadline = AbortSignal.timeout(SEND_WITHIN_MS);
      await transport.sendMail({
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
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
