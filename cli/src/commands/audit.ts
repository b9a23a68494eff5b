import type { AuditCheck, AuditCheckOptions, AuditEntry } from '@clawcierge/agent-sdk';
import type { Command } from 'commander';
import { CliError, UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { textIn } from '../named-file.ts';
import { gathered, PAGE } from '../pages.ts';
import { action, type Session } from '../session.ts';
import { checkpoints, checkpointsFolder } from '../trust.ts';
import { moment } from './keys.ts';
import { count } from './requests.ts';

interface Trusting {
  readonly verifier?: readonly string[];
}

interface EntriesOptions {
  readonly agent?: string;
  readonly type?: readonly string[];
  readonly request?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly limit: number;
}

interface ProofOptions extends Trusting {
  readonly entry?: string;
}

/** `clawcierge audit` */
export function addAudit(program: Command): void {
  const audit = program
    .command('audit')
    .description('Hold the platform to its audit trail: what is on record, and that it stays as it was')
    .addHelpText(
      'after',
      `
The last checkpoint of each platform is kept, and every later one has to show that it has all of what was there before. Commands
that are connected for a while look by themselves, once an hour; \`clawcierge audit check\` looks now.
Exit code 6: the platform cannot show that its past is as it was. Both checkpoints are shown then, which the platform has signed.`,
    );
  trusting(
    audit.command('check').description('Ask for the newest checkpoint, and hold it to the one that was kept'),
  ).action(action<Trusting>(check));
  trusting(
    audit.command('checkpoint').description('The newest checkpoint, once it is checked: to be kept elsewhere'),
  ).action(action<Trusting>(checkpoint));
  audit
    .command('entries')
    .description('What is on record of whoever the key speaks for, newest first')
    .option('--agent <handle>', 'only what is about this agent')
    .option('--type <type...>', 'only these, such as request.submitted')
    .option('--request <id>', 'only what is about this request')
    .option('--from <time>', 'only of that moment or later, as in 2030-01-31', moment)
    .option('--to <time>', 'only of before that moment', moment)
    .option('--limit <n>', 'how many', count, 20)
    .action(action<EntriesOptions>(entries));
  trusting(audit.command('proof').description('Have the platform prove that an entry is on record, and check that'))
    .argument('<id>', 'the entry, as `audit entries` names it')
    .option('--entry <file>', 'the entry, as `audit entries --output json` printed it; it is asked for when left out')
    .action(action<ProofOptions>(proof));
}

const trusting = (command: Command): Command =>
  command.option(
    '--verifier <key...>',
    'the key that may sign, got from elsewhere; the one that was met first when left out',
  );

async function checkedTrail(session: Session, options: Trusting): Promise<AuditCheck> {
  const { checkAuditTrail } = await import('@clawcierge/agent-sdk');
  return held(session, options, checkAuditTrail);
}

/** What is asked of the platform, with the evidence on stdout where it contradicts what was kept. */
async function held<Found extends { readonly newKeys: readonly string[] }>(
  { keyed, output }: Session,
  { verifier: keys }: Trusting,
  ask: (trust: AuditCheckOptions) => Promise<Found>,
): Promise<Found> {
  const { AuditMismatchError } = await import('@clawcierge/agent-sdk');
  if (keys !== undefined && !keys.every(isVerifier)) {
    throw new UsageError('--verifier is no key of an audit trail.', 'As in clawcierge/…+0123abcd+AQ…');
  }
  try {
    const found = await ask({ ...keyed, store: await checkpoints(), keys });
    for (const key of found.newKeys) output.say(`The platform signs with another key, which it has announced: ${key}`);
    return found;
  } catch (error) {
    if (error instanceof AuditMismatchError) {
      const { kind, kept, seen, proof: given } = error;
      output.data({ kind, kept, seen, proof: given }, `kept:\n${kept ?? 'nothing\n'}\nshown:\n${seen}`);
    }
    throw error;
  }
}

const isVerifier = (key: string): boolean => /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/.test(key);

async function check(session: Session, options: Trusting): Promise<ExitCode> {
  const { output } = session;
  const checked = await checkedTrail(session, options);
  const { size, sizeBefore } = checked;
  const found = sizeBefore === null ? 'kept, to be held to from now on' : `with all ${sizeBefore} of before, unchanged`;
  output.data(checked, `${size} entries, ${found}`);
  if (sizeBefore === null) output.say(`The checkpoint is kept in ${checkpointsFolder()}.`);
  return EXIT.done;
}

async function checkpoint(session: Session, options: Trusting): Promise<ExitCode> {
  const { note, origin, size, root } = await checkedTrail(session, options);
  session.output.data({ note, origin, size, root }, note.trimEnd());
  return EXIT.done;
}

async function entries({ keyed, output }: Session, options: EntriesOptions): Promise<ExitCode> {
  const { agent: agentId, type: types, request: requestId, from, to, limit } = options;
  const { listAuditEntries } = await import('@clawcierge/agent-sdk');
  const asked = {
    ...keyed,
    ...(agentId !== undefined && { agentId }),
    ...(types && { types }),
    ...(requestId !== undefined && { requestId }),
    ...(from && { from }),
    ...(to && { to }),
  };
  const found = await gathered(limit, async (page) => {
    const { entries: items, next } = await listAuditEntries({ ...asked, ...page });
    return { items, next };
  });
  output.list(found, { rowOf, none: 'There are none.' });
  return EXIT.done;
}

const rowOf = ({ id, at, index, type, actor, subject, data }: AuditEntry): readonly string[] => [
  id,
  at,
  index === null ? 'not sealed' : String(index),
  type,
  `by ${[actor.kind, actor.id].filter((each) => each !== null).join(' ')}`,
  `${subject.kind}${subject.id === null ? '' : ` ${subject.id}`}`,
  JSON.stringify(data),
];

async function proof(session: Session, { entry: file, ...options }: ProofOptions, id: string): Promise<ExitCode> {
  const { output } = session;
  const entry = file === undefined ? await entryOf(session, id) : entryIn(file, id);
  const { proveAuditEntry } = await import('@clawcierge/agent-sdk');
  const { text, index, size } = await held(session, options, (trust) => proveAuditEntry({ ...trust, entry }));
  output.data({ text, index, size }, text.trimEnd());
  output.say(`Entry ${id} is number ${index} of ${size}, which the platform has signed.`);
  return EXIT.done;
}

/** So many of the newest are looked through. */
const LOOKED_THROUGH = 1_000;

async function entryOf({ keyed }: Session, id: string): Promise<AuditEntry> {
  const { listAuditEntries } = await import('@clawcierge/agent-sdk');
  let looked = 0;
  for (let after: string | null | undefined; after !== null && looked < LOOKED_THROUGH; ) {
    const page = await listAuditEntries({ ...keyed, first: PAGE, ...(after !== undefined && { after }) });
    const found = page.entries.find((entry) => entry.id === id);
    if (found) return sealed(found);
    looked += PAGE;
    after = page.next;
  }
  throw new CliError(`The entry ${id} is not among your newest ${LOOKED_THROUGH}.`, {
    advice: 'Name a file with it by --entry: `clawcierge audit entries --output json` prints it.',
  });
}

function sealed<Entry extends Pick<AuditEntry, 'canonical' | 'id'>>(entry: Entry): Entry {
  if (entry.canonical !== null) return entry;
  throw new CliError(`The entry ${entry.id} has nothing yet that could be proved.`, {
    advice: 'It is sealed within seconds; what somebody decided about is not proved to the sender who asked.',
  });
}

/** As it stands there: all that it says is held to the text that is proved. */
function entryIn(file: string, id: string): PrintedEntry {
  const lines = textIn(file, 'entry').split('\n');
  for (const line of lines) {
    const entry: unknown = parsed(line);
    if (isEntry(entry) && entry.id === id) return sealed(entry);
  }
  throw new UsageError(
    `The file ${file} has no entry ${id} as this program prints it.`,
    '`clawcierge audit entries --output json` prints it.',
  );
}

type PrintedEntry = Pick<AuditEntry, 'id' | 'canonical'> & Partial<AuditEntry>;

/** Not one as REST answers it, whose members have other names: it would be held to nothing, or be taken for another one. */
function isEntry(value: unknown): value is PrintedEntry {
  const { id, canonical, actor } = Object(value);
  const isText = canonical === null || typeof canonical === 'string';
  return typeof id === 'string' && isText && (actor === undefined || 'keyId' in Object(actor));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
