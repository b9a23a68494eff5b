import { weaknessOf } from './application/admin/password-strength.ts';
import { type Config, ConfigError } from './config.ts';

/** Throws a ConfigError where a node with these settings would be open to whoever comes by. */
export function refuseUnsafe(config: Config): void {
  if (config.appEnv !== 'production') return;
  const weakness = passwordWeakness(config);
  if (weakness !== null) throw new ConfigError(`ADMIN_PASSWORD is too weak for production: ${weakness}`);
}

/** A setting that leaves a node less safe than it could be, and what is wrong with it. */
export type UnsafeSetting = { readonly setting: string; readonly reason: string };

/** What an operator should hear of the settings, although a node may start with them. */
export function unsafeSettings(config: Config): readonly UnsafeSetting[] {
  const weakness = config.appEnv === 'development' ? passwordWeakness(config) : null;
  return weakness === null
    ? []
    : [{ setting: 'ADMIN_PASSWORD', reason: `${weakness}; production refuses to start with it` }];
}

const passwordWeakness = ({ adminPassword }: Config): string | null =>
  adminPassword === undefined ? null : weaknessOf(adminPassword);
