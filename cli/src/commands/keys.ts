import type { KeyState } from '@clawcierge/agent-sdk';
import { type Command, InvalidArgumentError } from 'commander';
import type { KeyedConnection } from '../connection.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Output, table } from '../output.ts';
import { checkNewProfile, profilesFolder, writeProfile } from '../profiles.ts';
import { action, type Session, warn } from '../session.ts';

interface OfAgent {
  readonly agent?: string;
}

interface Kept {
  readonly save?: string;
}

interface CreateOptions extends OfAgent, Kept {
  readonly label?: string;
  readonly scope?: readonly string[];
  readonly expires?: Date;
}

interface RotateOptions extends Kept {
  readonly overlap?: number;
}

/** `clawcierge keys` */
export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('List, make, replace and revoke the keys of whoever the key speaks for')
    .addHelpText(
      'after',
      `
To replace a key without a gap: \`clawcierge keys rotate ID\` makes its successor, and the old one goes on for a day.`,
    );
  keys
    .command('list')
    .description('The keys, newest first; * is the one in use')
    .option('--agent <handle>', 'those of this agent of the owner')
    .action(action<OfAgent>(list));
  keys
    .command('create')
    .description('Make a further key, and print it once')
    .option('--agent <handle>', 'for this agent of the owner')
    .option('--label <text>', 'what to call it')
    .option('--scope <scope...>', 'what it may do; as much as the key that makes it when left out')
    .option('--expires <time>', 'when it stops being valid, as in 2030-01-31 or 2030-01-31T12:00:00Z', moment)
    .option('--save <profile>', 'keep it as a profile, in place of printing it')
    .action(action<CreateOptions>(create));
  keys
    .command('rotate')
    .description('Make the successor of a key, and print it once')
    .argument('<id>', 'the key, as `keys list` names it')
    .option('--overlap <seconds>', 'how long the old one goes on; a day when left out', overlap)
    .option('--save <profile>', 'keep it as a profile, in place of printing it')
    .action(action<RotateOptions>(rotate));
  keys
    .command('revoke')
    .description('End a key at once, everywhere')
    .argument('<id>', 'the key, as `keys list` names it')
    .action(action<object>(revoke));
}

/** A time, as an option of the command line says it. */
export function moment(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('Not a time, as in 2030-01-31T12:00:00Z.');
  return at;
}

function overlap(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 0) throw new InvalidArgumentError('Not a whole number of seconds.');
  return seconds;
}

async function list({ keyed, output }: Session, { agent }: OfAgent): Promise<ExitCode> {
  const { listKeys } = await import('@clawcierge/agent-sdk');
  const keys = await listKeys({ ...keyed, ...(agent !== undefined && { agentId: agent }) });
  const rows = keys.map((key) => [
    isUsed(key, keyed) ? '*' : ' ',
    key.id,
    key.prefix,
    stateOf(key),
    key.lastUsedAt === null ? 'never used' : `used ${key.lastUsedAt}`,
    key.scopes.join(','),
    key.label ?? '',
  ]);
  if (output.isJson) for (const key of keys) output.data({ ...key, inUse: isUsed(key, keyed) }, null);
  else if (rows.length > 0) output.data({}, table(rows));
  return EXIT.done;
}

/** The prefix of a key is of its random part, too. */
export const isUsed = ({ prefix, revokedAt }: KeyState, { apiKey }: KeyedConnection): boolean =>
  revokedAt === null && apiKey.startsWith(prefix);

function stateOf({ revokedAt, expiresAt }: KeyState): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`;
  if (expiresAt === null) return 'valid';
  return Date.parse(expiresAt) > Date.now() ? `until ${expiresAt}` : `expired ${expiresAt}`;
}

async function create({ keyed, output }: Session, options: CreateOptions): Promise<ExitCode> {
  const { agent, label, scope, expires, save } = options;
  if (save !== undefined) checkNewProfile(save);
  const { createKey } = await import('@clawcierge/agent-sdk');
  const made = await createKey({
    ...keyed,
    ...(agent !== undefined && { agentId: agent }),
    ...(label !== undefined && { label }),
    ...(scope && { scopes: scope }),
    ...(expires && { expiresAt: expires }),
  });
  hand(made, keyed, save, output);
  return EXIT.done;
}

async function rotate({ keyed, output }: Session, options: RotateOptions, id: string): Promise<ExitCode> {
  const { overlap: seconds, save } = options;
  if (save !== undefined) checkNewProfile(save);
  const { rotateKey } = await import('@clawcierge/agent-sdk');
  const made = await rotateKey({ ...keyed, keyId: id, ...(seconds !== undefined && { overlapSeconds: seconds }) });
  hand(made, keyed, save, output);
  output.say(`The key ${made.former.id} ends at ${made.former.expiresAt ?? made.former.revokedAt ?? 'once'}.`);
  return EXIT.done;
}

/** Prints a new key once, or keeps it. */
function hand(
  made: { readonly apiKey: string; readonly key: KeyState },
  { url }: KeyedConnection,
  save: string | undefined,
  output: Output,
): void {
  const { apiKey, key } = made;
  if (save === undefined) {
    output.data({ key, apiKey }, `id   ${key.id}\nkey  ${apiKey}`);
    output.say('The key is shown this once.');
  } else {
    writeProfile(save, { url, key: apiKey });
    output.data({ key, profile: save }, `id       ${key.id}\nprofile  ${save}`);
    output.say(`The key is kept in ${profilesFolder()}.`);
  }
}

async function revoke({ keyed, output }: Session, _options: object, id: string): Promise<ExitCode> {
  if (!/^[0-9a-f-]{36}$/i.test(id)) {
    throw new UsageError(`“${id.slice(0, 12)}…” is no id of a key.`, '`clawcierge keys list` shows the ids.');
  }
  const { revokeKey } = await import('@clawcierge/agent-sdk');
  const { key, warnings } = await revokeKey({ ...keyed, keyId: id });
  for (const { message } of warnings) warn(message, output);
  output.data(key, `${key.id}  revoked ${key.revokedAt}`);
  return EXIT.done;
}
