import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { currentCall } from '../ports/call.ts';

/** OWASP's parameters for scrypt with 32 MiB of memory (Password Storage Cheat Sheet). About 0.2 s a hash. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const MEMORY_MAX_BYTES = 64 * 1024 * 1024;
const SALT_BYTES = 16;
const DIGEST_BYTES = 32;

/** What is longer is no password. */
export const PASSWORD_MAX_LENGTH = 1_024;

/** A hash that no password has, and that costs as much to find out. */
export const NOBODYS_HASH = `scrypt$${COST.N}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Hashes a password under a salt of its own: `scrypt$N$r$p$<salt>$<digest>`. Runs off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const digest = await inTurn(() => derive(password, salt, COST));
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), digest.toString('base64url')].join('$');
}

/** Whether it is the password that was hashed, compared in constant time. False for a hash that cannot be read. */
export async function isPasswordOf(hash: string, password: string): Promise<boolean> {
  const [scheme, n, r, p, salt, digest] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || digest === undefined) return false;
  const expected = Buffer.from(digest, 'base64url');
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const given = await inTurn(() => derive(password, Buffer.from(salt, 'base64url'), cost));
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/**
 * Hashes are computed one after the other: each takes memory, and a processor that the event loop wants as well. Who waits for one
 * keeps no seat from others.
 */
let last: Promise<unknown> = Promise.resolve();

function inTurn<Result>(compute: () => Promise<Result>): Promise<Result> {
  currentCall()?.account.leave();
  const turn = last.then(compute);
  last = turn.catch(() => {});
  return turn;
}

/** The same text typed on another keyboard is the same password: Unicode's compatibility form (RFC 8265). */
function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: MEMORY_MAX_BYTES };
    scrypt(password.normalize('NFKC'), salt, DIGEST_BYTES, options, (error, digest) =>
      error ? reject(error) : resolve(digest),
    );
  });
}
