import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import type { TlsSettings } from './database-url.ts';
import { codeOf, LinkError } from './link-error.ts';

/** What the files hold, as Node's TLS takes it. */
export type TlsFiles = {
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
};

/**
 * Reads the files that the URL names, or throws a line that names the parameter, the file and what is wrong with it.
 * They are read for each connection, so that a certificate can be replaced under a running node.
 */
export const readTlsFiles = ({ mode, rootCert, cert, key, keyPassword }: TlsSettings, setting: string): TlsFiles => {
  const read = (parameter: string, file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (cause) {
      const code = codeOf(cause) ?? 'unknown';
      throw new LinkError(
        code,
        `${setting}: ${parameter} names ${file}, which ${UNREADABLE[code] ?? `cannot be read (${code})`}.`,
      );
    }
  };
  const check = <Result>(parameter: string, file: string, what: string, work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      const code = codeOf(cause) ?? 'unknown';
      throw new LinkError(code, `${setting}: ${parameter} names ${file}, which ${what} (${code}).`);
    }
  };

  if (mode === 'disable') return {};
  const files: { -readonly [Name in keyof TlsFiles]: TlsFiles[Name] } = {};
  if (rootCert === 'system') {
    files.ca = [...getCACertificates('default'), ...getCACertificates('system')];
  } else if (rootCert !== null) {
    const text = read('sslrootcert', rootCert);
    check('sslrootcert', rootCert, 'holds no certificate in PEM form', () => new X509Certificate(text));
    files.ca = [text];
  }
  if (cert !== null && key !== null) {
    const chain = read('sslcert', cert);
    const own = check('sslcert', cert, 'holds no certificate in PEM form', () => new X509Certificate(chain));
    const secret = read('sslkey', key);
    const passphrase = keyPassword === null ? {} : { passphrase: keyPassword };
    const opened = check(
      'sslkey',
      key,
      'holds no private key that can be opened; sslpassword is for one that is encrypted',
      () => createPrivateKey({ key: secret, ...passphrase }),
    );
    if (!own.checkPrivateKey(opened)) {
      throw new LinkError(
        'key',
        `${setting}: the key in ${key} (sslkey) is not that of the certificate in ${cert} (sslcert).`,
      );
    }
    Object.assign(files, { cert: chain, key: secret }, passphrase);
  }
  return files;
};

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'this process may not read',
  EISDIR: 'is a folder',
};
