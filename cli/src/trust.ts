import { homedir } from 'node:os';
import { join } from 'node:path';
import type { AuditOptions, CheckpointStore, ClawciergeClient, Logger } from '@clawcierge/agent-sdk';
import type { Session } from './session.ts';

/** `~/.local/state/clawcierge/checkpoints`, or where the system keeps such files: a checkpoint of each platform's audit trail. */
export function checkpointsFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    env.XDG_STATE_HOME ||
    (process.platform === 'win32' && env.LOCALAPPDATA) ||
    join(env.HOME || homedir(), '.local', 'state');
  return join(base, 'clawcierge', 'checkpoints');
}

/** Where the checkpoints are that the command line keeps. */
export async function checkpoints(): Promise<CheckpointStore> {
  const { fileCheckpoints } = await import('@clawcierge/agent-sdk');
  return fileCheckpoints(checkpointsFolder());
}

/** How whoever is connected for a command holds the platform to its audit trail: beside its work, and said on stderr. */
export async function audited(say: (text: string) => void): Promise<AuditOptions> {
  return {
    store: await checkpoints(),
    onMismatch: ({ message }) => say(`${message} \`clawcierge audit check\` shows the evidence.`),
  };
}

/** A client of the session's platform and key. */
export async function clientOf({ keyed, output }: Session): Promise<ClawciergeClient> {
  const { ClawciergeClient, silentLogger } = await import('@clawcierge/agent-sdk');
  const say = (text: string) => output.say(`${output.paint('red', 'clawcierge:', 'stderr')} ${text}`);
  // Also what keeps a check from being made: whoever has something to hide hides.
  const warn: Logger['warn'] = (message, { stack, ...fields } = {}) =>
    say(`${message} ${JSON.stringify(output.isDebug ? { ...fields, stack } : fields)}`);
  const logger: Logger = { ...silentLogger, warn };
  return new ClawciergeClient({ ...keyed, audit: await audited(say), logger });
}
