import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { Mailbox } from './mailbox.ts';

/** A mail as it came in: to whom it was handed over, and its lines. */
export type ReceivedMail = {
  readonly recipients: readonly string[];
  /** Each header once, its folded lines put together. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded, if it came encoded. */
  readonly text: string;
};

/** Speaks as much of SMTP as is needed to take mails, without TLS. Ended when the test is over. */
export async function smtpServer() {
  const mails = new Mailbox<ReceivedMail>();
  const sockets = new Set<Socket>();
  let refusal: string | null = null;
  let isSlow = false;
  let dropsNext = false;
  const untold: (() => void)[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let recipients: string[] = [];
    let isData = false;
    let received = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on('data', (data) => {
      received += data.toString('latin1');
      for (let end = endOf(received, isData); end !== null; end = endOf(received, isData)) {
        const unit = received.slice(0, end.at);
        received = received.slice(end.after);
        if (isData) {
          isData = false;
          mails.put(mailOf(recipients, unit));
          recipients = [];
          if (dropsNext) {
            dropsNext = false;
            socket.destroy();
          } else if (isSlow) untold.push(() => say('250 taken'));
          else say('250 taken');
        } else if (/^EHLO/i.test(unit)) say('250 localhost');
        else if (/^RCPT TO:/i.test(unit)) {
          recipients.push(/<(.*)>/.exec(unit)?.[1] ?? '');
          say(refusal ?? '250 fine');
        } else if (/^DATA/i.test(unit)) {
          isData = true;
          say('354 go on');
        } else if (/^STARTTLS/i.test(unit)) say('502 no');
        else if (/^QUIT/i.test(unit)) socket.end('221 bye\r\n');
        else say('250 fine');
      }
    });
    say('220 localhost');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`,
    mails,
    /** From now on, such as `451 later`; null to take them. */
    refuseWith(answer: string | null) {
      refusal = answer;
    },
    /** From now on it takes mails, and says so only when the answer to this is called. */
    beSlow() {
      isSlow = true;
      return () => {
        isSlow = false;
        for (const tell of untold.splice(0)) tell();
      };
    },
    /** It takes the next mail, and hangs up without saying so. */
    hangUpAfterNext() {
      dropsNext = true;
    },
  };
}

/** Where the next line, or what follows DATA, ends. */
function endOf(received: string, isData: boolean): { at: number; after: number } | null {
  const mark = isData ? '\r\n.\r\n' : '\r\n';
  const at = received.indexOf(mark);
  return at < 0 ? null : { at, after: at + mark.length };
}

function mailOf(recipients: readonly string[], raw: string): ReceivedMail {
  const split = raw.indexOf('\r\n\r\n');
  const headers = new Map<string, string>();
  for (const line of raw
    .slice(0, split)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const [name = '', ...value] = line.split(':');
    if (headers.has(name.toLowerCase())) throw new Error(`the header ${name} comes twice`);
    headers.set(name.toLowerCase(), value.join(':').trim());
  }
  const body = raw.slice(split + 4);
  const encoding = headers.get('content-transfer-encoding');
  const bytes =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : Buffer.from(encoding === 'quoted-printable' ? unquoted(body) : body, 'latin1');
  return { recipients, headers, text: bytes.toString('utf8').replaceAll('\r\n', '\n') };
}

const unquoted = (text: string): string =>
  text
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
