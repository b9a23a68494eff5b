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

export type AdminSession = {
  readonly id: string;
  readonly expiresAt: Date;
  /** Null for the one password's. */
  readonly adminId: string | null;
  readonly adminName: string | null;
};

/**
 * The administrator's password and its sessions, shared by every node. Sessions of named administrators, which
 * ConsoleSessionStore opens, are found and ended here, too. What a method answers is committed.
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
  insertSession(session: NewAdminSession): Promise<void>;
  /** Null for an unknown or ended session, one that has expired, and one of an older password or of a removed administrator. */
  sessionByTokenHash(tokenHash: Buffer, at: Date): Promise<AdminSession | null>;
  /** Whether the session is one that `sessionByTokenHash` would find. */
  isSessionLive(id: string, at: Date): Promise<boolean>;
  deleteSession(id: string): Promise<void>;
}
