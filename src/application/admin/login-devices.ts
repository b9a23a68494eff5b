import type { Clock } from '../ports/clock.ts';
import type { LoginDeviceStore } from '../ports/login-device-store.ts';
import { sha256, sha256Hex } from '../sha256.ts';
import { isToken, newToken } from './token.ts';

/** A browser that nobody was in with for so long is a stranger's again. */
export const LOGIN_DEVICE_LIFETIME_MS = 180 * 24 * 60 * 60 * 1_000;
/** Of more browsers those are forgotten that were used the longest ago. */
const LOGIN_DEVICES_MAX = 10_000;

/** A browser's own words about itself: its address, and what it says that it is known by. */
export type LoginCaller = { readonly address: string; readonly deviceToken: string | null };

/** A browser that somebody was in with before: what its cookie says, and by what its attempts are counted. */
export type LoginDevice = { readonly token: string; readonly key: string };

/** Where an attempt to log in comes from. */
export type LoginOrigin = { readonly address: string; readonly device: LoginDevice | null };

export type LoginDevices = ReturnType<typeof createLoginDevices>;

/**
 * The browsers that somebody logged in with. What strangers get wrong is not counted against them: each has a count of
 * its own (docs/decisions/0056).
 */
export function createLoginDevices({
  loginDevices,
  clock,
}: {
  readonly loginDevices: LoginDeviceStore;
  readonly clock: Clock;
}) {
  const since = (now: Date) => new Date(now.getTime() - LOGIN_DEVICE_LIFETIME_MS);

  /** Whether somebody was in with the browser that says that it is known by that. */
  const isKnown = async (token: string): Promise<boolean> =>
    isToken(token) && loginDevices.isKnown(sha256(token), since(clock.now()));

  /** Where the caller comes from: its browser is null where nobody was in with it, or not for a long time. */
  async function originOf({ address, deviceToken: token }: LoginCaller): Promise<LoginOrigin> {
    const isOld = token !== null && (await isKnown(token));
    return { address, device: isOld ? { token, key: sha256Hex(token) } : null };
  }

  /** Somebody is in with the browser now. Answers its token: a new one where it had none. */
  async function rememberDevice(device: LoginDevice | null): Promise<string> {
    const token = device?.token ?? newToken();
    const now = clock.now();
    await loginDevices.remember(sha256(token), { now, since: since(now), max: LOGIN_DEVICES_MAX });
    return token;
  }

  return { isKnown, originOf, rememberDevice };
}
