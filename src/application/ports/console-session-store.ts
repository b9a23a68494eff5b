import type { Act } from '../../domain/actor.ts';
import type { AdminAt } from './admin-store.ts';

/** A session about to be stored: the hash is the SHA-256 of its token. */
export type NewConsoleSession = {
  readonly id: string;
  readonly tokenHash: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** A login that lacks its second factor. */
export type HalfLogin = {
  readonly id: string;
  readonly admin: AdminAt;
  /** Null where only a passkey is that factor. */
  readonly totpSecret: Buffer | null;
};

/**
 * Sessions of named administrators and of API keys, apart from those of the one password, which nodes of the release
 * before take for administrators. One counts while its administrator has the version that it was opened at, or while its key
 * is live. `AdminSessionStore` finds and ends those that are complete.
 */
export interface ConsoleSessionStore {
  /** Stores a login that lacks its second factor, and forgets what has expired. */
  insertHalf(admin: AdminAt, session: NewConsoleSession): Promise<void>;
  /** Null for an unknown or expired one, and for one that is complete. */
  halfByTokenHash(tokenHash: Buffer, at: Date): Promise<HalfLogin | null>;
  /** Ends the half login and stores the session that it becomes. Of concurrent callers exactly one gets true. */
  complete(half: HalfLogin, session: NewConsoleSession, act?: Act): Promise<boolean>;
  /** Stores a session that needs no half login before it. */
  insert(admin: AdminAt, session: NewConsoleSession, act?: Act): Promise<void>;
  /** What a passkey is asked to sign in that session, or half of one, in place of what it was asked before. */
  setChallenge(sessionId: string, challenge: string): Promise<void>;
  /** Null where there is none. Of concurrent callers one gets it: it is gone from then on. */
  takeChallenge(sessionId: string): Promise<string | null>;
  /** Of a key, which then has `max` at most: those that were opened first end. False where the key is not live any more. */
  insertOfKey(apiKeyId: string, session: NewConsoleSession, max: number, act?: Act): Promise<boolean>;
}
