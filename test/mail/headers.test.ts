import { expect, it, onTestFinished } from 'vitest';
import { approvalMail } from '../../src/application/telling/approval-mail.ts';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.ts';
import { smtpServer } from '../testkit/smtp-server.ts';

/** What a mail has, and nothing that a text could add to it. */
const HEADERS = [
  'from',
  'to',
  'subject',
  'message-id',
  'date',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'auto-submitted',
].sort();

const AT = new Date('2026-11-28T12:00:00.000Z');
const approval = {
  id: 'a',
  requestId: 'r',
  agentId: 'g',
  senderId: 's',
  status: 'PENDING',
  createdAt: AT,
  expiresAt: AT,
  resolvedAt: null,
  handle: 'marius.exec',
  params: null,
};

/** With that text wherever a stranger has one. */
const mailWith = (text: string) =>
  approvalMail(
    { ...approval, action: text, holdReasons: [{ reason: text }] },
    {
      isReminder: false,
      senderName: text,
      link: 'https://claw.example/approvals/l/x',
      url: 'https://claw.example/admin/approvals/a',
    },
  );

it.each([
  ['line ends', 'calendar\r\nBcc: eve@evil.example\r\n\r\nHello'],
  ['separators of lines', 'calendar\u2028Bcc: eve@evil.example\u2029X: y\u0085Z: 1'],
  ['controls and characters that turn text around', 'a\u0000b\u001b[31m\u202Eevil\u200B'],
  ['ten thousand characters', 'x'.repeat(10_000)],
  ['other scripts', 'Grüße ünd 予定 🎉'],
])('a text of strangers with %s makes no header, and no line of its own', async (_what, hostile) => {
  const server = await smtpServer();
  const mailer = createSmtpMailer({ url: server.url, from: 'claw@example.com' });
  onTestFinished(() => mailer.close());
  const mail = mailWith(hostile);
  await mailer.send({ to: 'ann@example.com', ...mail, id: 'one' });
  const { recipients, headers, text } = await server.mails.take();
  expect(recipients).toEqual(['ann@example.com']);
  expect([...headers.keys()].sort()).toEqual(HEADERS);
  expect(headers.get('to')).toBe('ann@example.com');
  expect(headers.get('message-id')).toBe('<one@example.com>');
  expect(mail.subject.length).toBeLessThanOrEqual(151);
  expect(text.trimEnd()).toBe(mail.text.trimEnd());
  expect(text.trimEnd().split('\n')).toHaveLength(mailWith('x').text.trimEnd().split('\n').length);
});

it('is not sent to a server that offers no TLS, unless that is asked for', async () => {
  const server = await smtpServer();
  const mailer = createSmtpMailer({ url: server.url.replace('?ignoreTLS=true', ''), from: 'claw@example.com' });
  onTestFinished(() => mailer.close());
  await expect(mailer.send({ to: 'ann@example.com', subject: 's', text: 't', id: 'one' })).rejects.toThrow(/TLS/i);
  expect(server.mails.pending()).toEqual([]);
});
