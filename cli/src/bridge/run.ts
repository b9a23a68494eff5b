import { homedir } from 'node:os';
import { join } from 'node:path';
import { activeDocuments } from '@clawcierge/agent-sdk';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { Bridge } from './engine.ts';
import { Journal } from './journal.ts';
import { sayingTo } from './lines.ts';
import type { SharedOptions } from './options.ts';
import { type BridgeSource, UnusableSourceError } from './source.ts';

/** Runs a bridge until it is told to end. */
export async function runBridge(session: Session, options: SharedOptions, source: BridgeSource): Promise<ExitCode> {
  const { output, keyed, signal } = session;
  const { allow, deny, readOnly = false, approve, concurrency, onRedelivery, resultMaxBytes } = options;
  const openJournal = async () => {
    if (onRedelivery === 'rerun') return null;
    const journal = new Journal(options.journal ?? (await journalOf(session)));
    await journal.open().catch(({ message }: Error) => {
      throw new UnusableSourceError(`The journal cannot be written: ${message}.`);
    });
    return journal;
  };
  const bridge = new Bridge({
    ...keyed,
    source,
    narrowing: { allow, deny, readOnly },
    holdsDestructive: approve === 'destructive',
    concurrency,
    openJournal,
    resultMaxBytes,
    say: sayingTo(output),
  });
  await bridge.run(signal);
  return EXIT.done;
}

/** Where the agent's journal is when nobody says: it stays the agent's, whichever key and whichever tool it has. */
async function journalOf({ keyed, signal }: Session): Promise<string> {
  const base = process.env.XDG_STATE_HOME || join(process.env.HOME || homedir(), '.local', 'state');
  const { agentId } = await activeDocuments(keyed);
  signal.throwIfAborted();
  return join(base, 'clawcierge', `${agentId}.begun`);
}
