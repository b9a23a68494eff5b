import type { Config } from './config.ts';

const IS_SECRET = /password$|secret|token|key$|headers$/i;
const IS_URL = /(url|endpoint)$/i;

/**
 * The settings as they are in force, for the log: with names, not with secrets. Of a URL only where it leads is told,
 * since its user, its password and its query may be what lets in; a list of them is there for everybody (`security.txt`).
 */
export function settingsInForce(config: Config): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      if (value === undefined) return [name, null];
      if (IS_SECRET.test(name)) return [name, '(set)'];
      return [name, typeof value === 'string' && IS_URL.test(name) ? placeOf(value) : value];
    }),
  );
}

function placeOf(text: string): string {
  if (!URL.canParse(text)) return '(set)';
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
