import type { Act } from '../../domain/actor.ts';
/** How the administrator's password is known: its hash, and a version that changes with every new password. */
export type AdminCredential = { readonly passwordHash: string; readonly version: string };

/** A session about to be stored: the hash is the SHA-256 of its token. */
export type NewAdminSession = {
  readonly id: string;
  readonly tokenHash: Buffer;
  /** Of the password that it was opened with. */
  readonly passwordVersion: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** A session of the console that is live. */
export type ConsoleSession = {
  readonly id: string;
  readonly expiresAt: Date;
  /** Of a named administrator's. */
  readonly adminId: string | null;
  readonly adminName: string | null;
  /** Of one that was opened with an API key: the SHA-256 of the key. */
  readonly apiKeyHash: Buffer | null;
};

/**
 * The administrator's password and its sessions, shared by every node. Sessions of named administrators and of API keys,
 * which ConsoleSessionStore opens, are found and ended here, too. What a method answers is committed.
 */
export interface AdminSessionStore {
  /** Null before the first password. */
  credential(): Promise<AdminCredential | null>;
  /**
   * Replaces the credential of that version (null: where there is none). Of concurrent callers
   * exactly one gets true. Every session of an older version ends with it.
   */
  replaceCredential(seenVersion: string | null, next: AdminCredential, at: Date): Promise<boolean>;

  /** Also forgets sessions that have expired. */
  insertSession(session: NewAdminSession, act?: Act): Promise<void>;
  /**
   * Null for an unknown or ended session, one that has expired, and one of an older password, a removed administrator or a
   * key that is revoked or has expired.
   */
  sessionByTokenHash(tokenHash: Buffer, at: Date): Promise<ConsoleSession | null>;
  /** Whether the session is one that `sessionByTokenHash` would find. */
  isSessionLive(id: string, at: Date): Promise<boolean>;
  deleteSession(id: string): Promise<void>;
}
