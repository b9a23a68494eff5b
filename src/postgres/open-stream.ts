import { once } from 'node:events';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Host, TlsSettings } from './database-url.ts';
import { codeOf, LinkError } from './link-error.ts';
import type { TlsFiles } from './tls-files.ts';

/** How one attempt speaks: without TLS, with it, or with it where the server does (`offer`). */
export type Speech = 'plain' | 'offer' | 'tls';

/** PostgreSQL's request to speak TLS: its length, and its number. */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

export const isFolder = (host: string): boolean => host.startsWith('/');

/**
 * Opens a connection to one host up to where PostgreSQL's own protocol begins: TLS is settled and the certificate looked
 * at. Throws within the time that the signal gives.
 */
export const openStream = async (
  { host, port }: Host,
  { speech, tls, files, signal }: { speech: Speech; tls: TlsSettings; files: TlsFiles; signal: AbortSignal },
): Promise<Socket> => {
  const socket = isFolder(host) ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket(port, host);
  const stop = () => void socket.destroy();
  // Also for what comes when nobody waits any more: it must not end the process.
  socket.on('error', () => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    await happened(socket, 'connect');
    if (speech === 'plain') return socket;
    if (!tls.isDirect) {
      socket.write(TLS_REQUEST);
      const [answer] = (await happened(socket, 'data')) as [Buffer];
      // More than one byte was put there by somebody between us and the server.
      if (answer.length === 1 && answer[0] === YES) return await secure(socket, host, tls, files);
      if (answer.length === 1 && answer[0] === NO && speech === 'offer') return socket;
      throw new LinkError('tls', `${host}:${port} does not offer TLS, which sslmode=${tls.mode} asks for.`);
    }
    return await secure(socket, host, tls, files);
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? new LinkError('ETIMEDOUT', `${host}:${port} does not answer.`) : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const YES = 'S'.charCodeAt(0);
const NO = 'N'.charCodeAt(0);

const secure = async (socket: Socket, host: string, tls: TlsSettings, files: TlsFiles): Promise<TLSSocket> => {
  // As libpq: an authority that is named is asked, also where TLS is only required; its name only where it must fit.
  const isVerified = files.ca !== undefined || tls.mode === 'verify-full';
  const stream = connectTls({
    ...files,
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ...(tls.isDirect && { ALPNProtocols: ['postgresql'] }),
    rejectUnauthorized: isVerified,
    checkServerIdentity: tls.mode === 'verify-full' ? checkServerIdentity : () => undefined,
  });
  stream.on('error', () => undefined);
  try {
    await happened(stream, 'secureConnect');
    return stream;
  } catch (error) {
    stream.destroy();
    throw explain(error, host, tls);
  }
};

/** Answers when the event comes, throws when the connection fails or ends before. */
const happened = async (socket: Socket, event: string): Promise<unknown[]> => {
  const isOver = new AbortController();
  try {
    return await Promise.race([
      once(socket, event, { signal: isOver.signal }),
      once(socket, 'close', { signal: isOver.signal }).then((): never => {
        throw socket.errored ?? new LinkError('ECONNRESET', 'The server ended the connection while it was opened.');
      }),
    ]);
  } finally {
    isOver.abort();
  }
};

const explain = (error: unknown, host: string, { rootCert, mode }: TlsSettings): unknown => {
  const code = codeOf(error);
  if (error instanceof LinkError || code === null || SYSTEM.test(code)) return error;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new LinkError(
      code,
      `The certificate of ${host} is for other names, and sslmode=verify-full asks for this one (${code}).`,
    );
  }
  if (code === 'CERT_HAS_EXPIRED') return new LinkError(code, `The certificate of ${host} has expired (${code}).`);
  if (UNTRUSTED.has(code)) {
    const authority =
      rootCert === null || rootCert === 'system'
        ? 'an authority that this machine trusts'
        : `the authority in ${rootCert}`;
    return new LinkError(
      code,
      `The certificate of ${host} is not of ${authority} (${code}): sslrootcert names the file with the right one.`,
    );
  }
  return new LinkError(code, `TLS with ${host} failed (${code}, sslmode=${mode}).`);
};

/** Of the connection itself, not of TLS. */
const SYSTEM = /^E(?!RR_)[A-Z]+$/;

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);
