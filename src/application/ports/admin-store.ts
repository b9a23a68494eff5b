import type { Act } from '../../domain/actor.ts';
import type { AdminAccount } from '../../domain/admin-account.ts';
import type { PasskeyRecord } from './passkey-store.ts';

/** A named administrator without its passkeys, which PasskeyStore holds. */
export type AdminRecord = Omit<AdminAccount, 'passkeys'>;

/** A named administrator about to be stored: the hash is the SHA-256 of the token in its link. */
export type NewAdmin = {
  readonly id: string;
  readonly name: string;
  readonly setupHash: Buffer;
  readonly setupExpiresAt: Date;
  readonly version: string;
  readonly createdAt: Date;
};

/** What an administrator logs in with. Every session of an older version has ended. */
export type AdminSecrets = {
  readonly passwordHash: string;
  /** Null where a passkey is the second factor. */
  readonly totpSecret: Buffer | null;
  /** The last step whose code was used. */
  readonly totpStep: number | null;
  /** The SHA-256 of each recovery code. */
  readonly recoveryHashes: readonly Buffer[];
  readonly version: string;
};

/** An administrator at a version of its secrets. */
export type AdminAt = { readonly id: string; readonly name: string; readonly version: string };

/** The named administrators, shared by every node. What a method answers is committed; removed ones are not found. */
export interface AdminStore {
  /** By name. */
  list(): Promise<readonly AdminRecord[]>;
  /** Whether there is one that can log in. */
  isAnyComplete(): Promise<boolean>;
  /** `taken` where one has the name, `full` where there are `max`; of concurrent callers one takes the last place. */
  create(admin: NewAdmin, max: number, act?: Act): Promise<AdminRecord | 'taken' | 'full'>;
  /**
   * Ends its sessions with it and answers which those were; null for an unknown id. With `keepsLast` the last one that can
   * log in stays: `last`. Of concurrent callers each sees what the one before has removed.
   */
  remove(
    id: string,
    change: { readonly version: string; readonly at: Date; readonly keepsLast: boolean; readonly act?: Act },
  ): Promise<{ readonly admin: AdminRecord; readonly sessionIds: readonly string[] } | 'last' | null>;

  /** Null for one that cannot log in yet, too. */
  byName(name: string): Promise<(AdminAt & { readonly passwordHash: string }) | null>;
  /** Whose link has that token; null for one that was used, has expired or is unknown. */
  bySetupHash(setupHash: Buffer, at: Date): Promise<{ readonly name: string } | null>;
  /**
   * With a passkey, where that is the second factor. Of concurrent callers with one link exactly one sets its secrets; every
   * other gets null.
   */
  setUp(
    setupHash: Buffer,
    secrets: AdminSecrets,
    passkey: PasskeyRecord | null,
    at: Date,
    act?: Act,
  ): Promise<AdminAt | null>;
  /** Makes codes of that secret a second factor, whose step is used already; false where there is one, or nobody any more. */
  addTotp(id: string, secret: Buffer, step: number, act?: Act): Promise<boolean>;
  /** Whether the step is later than every one that was used; it is used from now on. */
  useTotpStep(admin: AdminAt, step: number): Promise<boolean>;
  /** How many codes are left besides this one, which is used from now on; null where it is none of them. */
  useRecoveryCode(admin: AdminAt, codeHash: Buffer, act?: Act): Promise<number | null>;
}
