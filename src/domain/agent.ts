/** An agent as the registry knows it. `status` is derived from its channels and is not part of the record. */
export type Agent = {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly lastHeartbeatAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** ACTIVE: at least one channel is open, on any node. */
export type AgentStatus = 'ACTIVE' | 'INACTIVE';

export const HANDLE_MIN_LENGTH = 3;
export const HANDLE_MAX_LENGTH = 64;

/** 3–64 of a–z, 0–9 and '.', first and last alphanumeric. Nothing is folded: what is not canonical is refused. */
export const HANDLE_PATTERN = '^[a-z0-9][a-z0-9.]{1,62}[a-z0-9]$';
const handle = new RegExp(HANDLE_PATTERN);

/** Handles that would read as the platform itself, or as a path of it. */
export const RESERVED_HANDLES: ReadonlySet<string> = new Set([
  'about',
  'account',
  'admin',
  'administrator',
  'agent',
  'agents',
  'api',
  'assets',
  'auth',
  'billing',
  'clawcierge',
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
  'moderator',
  'null',
  'official',
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
  'webmaster',
  'webhook',
  'webhooks',
  'www',
]);

/** Whether the text is a handle that could exist. Reserved handles are canonical too. */
export const isCanonicalHandle = (text: string): boolean =>
  text.length <= HANDLE_MAX_LENGTH && !text.endsWith('\n') && handle.test(text);

export const DISPLAY_NAME_MAX_LENGTH = 200;
export const DESCRIPTION_MAX_LENGTH = 2_000;
