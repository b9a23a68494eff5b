import type { Act } from '../../domain/actor.ts';
import type { Passkey } from '../../domain/passkey.ts';

/** A passkey with what its signatures are checked with. */
export type PasskeyRecord = Passkey & {
  readonly publicKey: Buffer;
  /** Of its signatures, as it counts them; 0 for one that does not. */
  readonly counter: number;
  /** How a browser reaches its authenticator. */
  readonly transports: readonly string[];
};

/** The passkeys of named administrators, shared by every node. What a method answers is committed. */
export interface PasskeyStore {
  /** Of each administrator, in the order in which they were added. */
  byAdmins(adminIds: readonly string[]): Promise<readonly (readonly PasskeyRecord[])[]>;
  /** `full` where it has `max`, `taken` where somebody has this one already. */
  insert(adminId: string, passkey: PasskeyRecord, max: number, act?: Act): Promise<'added' | 'full' | 'taken'>;
  /** `last` where nothing else is the administrator's second factor; null for one that it does not have. */
  remove(adminId: string, id: string, act?: Act): Promise<'removed' | 'last' | null>;
  /** Whether the counter is later than the last one, or neither counts; it is the last one from now on. */
  use(adminId: string, id: string, counter: number, at: Date): Promise<boolean>;
}
