/** What would read as the platform, or as somebody who speaks for it, in any part of a handle. */
const SPEAKS_FOR_THE_PLATFORM = ['admin', 'administrator', 'clawcierge', 'moderator', 'official', 'webmaster'];

/** What would read as the platform itself, or as a path of it, where a handle says nothing else. */
const READS_AS_THE_PLATFORM = [
  'about',
  'account',
  'agent',
  'agents',
  'api',
  'assets',
  'auth',
  'billing',
  'dashboard',
  'directory',
  'docs',
  'graphiql',
  'graphql',
  'health',
  'help',
  'info',
  'internal',
  'login',
  'logout',
  'metrics',
  'null',
  'openapi',
  'platform',
  'public',
  'register',
  'request',
  'requests',
  'resolve',
  'root',
  'security',
  'sender',
  'senders',
  'settings',
  'static',
  'status',
  'support',
  'system',
  'undefined',
  'webhook',
  'webhooks',
  'www',
];

/** Characters that look like others, of those that a handle may have; "rn" looks like "m", and "vv" like "w". */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  i: 'l',
  rn: 'm',
  vv: 'w',
};

/** The same text for all texts that are easily taken for each other. */
const skeletonOf = (text: string): string => text.replace(/rn|vv|[0134578i]/g, (each) => LOOK_ALIKES[each] ?? each);

const bySkeleton = (names: readonly string[]) => new Map(names.map((name) => [skeletonOf(name), name]));

const SPEAKING = bySkeleton(SPEAKS_FOR_THE_PLATFORM);
const RESERVED = bySkeleton([...SPEAKS_FOR_THE_PLATFORM, ...READS_AS_THE_PLATFORM]);

/**
 * The reserved name that a handle would be taken for, or null. A handle is reserved when a part of it speaks for the
 * platform (`acme.admin`), when it says nothing but reserved names (`help`, `support.status`), and when it is one but for
 * its dots (`he.lp`); names that only look like a reserved one (`adm1n`) count as that one.
 */
export function reservedNameIn(handle: string): string | null {
  const whole = RESERVED.get(skeletonOf(handle.replaceAll('.', '')));
  if (whole !== undefined) return whole;
  const parts = handle
    .split('.')
    .filter((part) => part !== '')
    .map(skeletonOf);
  const speaking = parts.find((part) => SPEAKING.has(part));
  if (speaking !== undefined) return SPEAKING.get(speaking) ?? null;
  const names = parts.map((part) => RESERVED.get(part));
  return names.every((name) => name !== undefined) ? (names[0] ?? null) : null;
}
