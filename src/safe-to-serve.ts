import { weaknessOf } from './application/admin/password-strength.ts';
import { type Config, ConfigError } from './config.ts';
import { isLoopback } from './domain/loopback.ts';

/** Throws a ConfigError where a node with these settings would be open to whoever comes by. */
export function refuseUnsafe(config: Config): void {
  const weakness = passwordWeakness(config);
  if (config.appEnv === 'production' && weakness !== null) {
    throw new ConfigError(`ADMIN_PASSWORD is too weak for production: ${weakness}`);
  }
  const openness = opennessOf(config);
  if (openness !== null && !config.isOpenKnowingly) {
    throw new ConfigError(
      `HOST is ${config.host}, where other machines reach this node, and ${openness}. ` +
        'Where that is as it should be, set I_KNOW_THIS_IS_OPEN=true',
    );
  }
}

/** A setting that leaves a node less safe than it could be, and what is wrong with it. */
export type UnsafeSetting = { readonly setting: string; readonly reason: string };

/** What an operator should hear of the settings, although a node may start with them. */
export function unsafeSettings(config: Config): readonly UnsafeSetting[] {
  const weakness = config.appEnv === 'development' ? passwordWeakness(config) : null;
  const openness = opennessOf(config);
  return [
    ...(weakness === null
      ? []
      : [{ setting: 'ADMIN_PASSWORD', reason: `${weakness}; production refuses to start with it` }]),
    ...(isUnreachable(config) ? [{ setting: 'SECURITY_CONTACT', reason: UNREACHABLE }] : []),
    ...(openness === null ? [] : [{ setting: 'I_KNOW_THIS_IS_OPEN', reason: openness }]),
  ];
}

const UNREACHABLE =
  'nobody is named to whom a vulnerability can be told: /.well-known/security.txt answers 404 until this is set, such as to mailto:security@example.com';

/** Whether strangers use the platform, and would not know whom to tell what is wrong with it. */
const isUnreachable = ({ appEnv, host, publicUrl, securityContact }: Config): boolean =>
  appEnv === 'production' && securityContact.length === 0 && (publicUrl !== undefined || !isLoopback(host));

/** What lacks for other machines to reach the node safely; null where nothing does, and where none reaches it. */
function opennessOf({ host, appEnv, publicUrl }: Config): string | null {
  if (isLoopback(host)) return null;
  const lacks = [
    ...(appEnv === 'production'
      ? []
      : [`APP_ENV is ${appEnv}, whose limits are not for strangers (production has those)`]),
    ...(publicUrl?.toLowerCase().startsWith('https:')
      ? []
      : [
          `PUBLIC_URL is ${publicUrl === undefined ? 'not set' : 'no https:// address'}, so keys and passwords cross the network as they are (put TLS in front, and set PUBLIC_URL to its address)`,
        ]),
  ];
  return lacks.length === 0 ? null : lacks.join('; ');
}

const passwordWeakness = ({ adminPassword }: Config): string | null =>
  adminPassword === undefined ? null : weaknessOf(adminPassword);
