import { createReadStream, readFileSync } from 'node:fs';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import type { ExportedEntry } from './application/audit/export-format.ts';
import { ExportFault, type VerifiedExport, verifyExport } from './application/audit/verify-export.ts';
import { HeadsCheck, provingCheckpoint } from './application/audit/verify-heads.ts';
import { eraseAddress, eraseSubject, exportTrail, pruneTrail, reconcileTrail } from './audit-work.ts';
import { countText, runProgram, showUsage } from './data-program.ts';
import { readVerifier } from './domain/signed-note.ts';
import { messageOf } from './environment.ts';
import { instantOf } from './transport/instants.ts';

const USAGE = `Works on the audit trail: takes it elsewhere, verifies what was taken, and removes what is not to be kept.

  npm run audit -- export FILE [--agent ID] [--from MOMENT] [--to MOMENT] [--since CHECKPOINT | --heads FILE] [--force]
                                  writes it, a JSON object a line; "-" is the standard output (npm run --silent audit …)
  npm run audit -- verify FILE --key VERIFIER [--key …] [--since CHECKPOINT] [--heads FILE]
                                  holds a file to what was sealed; needs no database and no setting
  npm run audit -- reconcile      compares the requests with what is on record of them
  npm run audit -- prune --before MOMENT --file FILE --key VERIFIER
                                  removes what is older, as far as it is in the exported file, which is verified
  npm run audit -- erase --subject ID
                                  removes what is personal of the entries about somebody
  npm run audit -- erase --address ADDRESS
                                  removes what is personal of the entries of what came from there, or from its network

ID is an agent's or a sender's id, MOMENT is RFC 3339 or a day such as 2026-11-30, CHECKPOINT a file with one that was kept,
VERIFIER the platform's key, as it was kept (GET /v1/audit/keys), --heads a file with what GET /v1/audit/heads answered: an export
tells with it what the tree was where those heads were proved, and verify holds the export to them.
Exit code 0: done, and as it should be; 1: refused, failed, or not as it should be; 2: called in another way.
docs/audit.md says more.`;

/** No line is longer: entries have a few hundred characters. */
const LINE_MAX_CHARACTERS = 4_194_304;

/** So many keys are named that were not given. */
const SHOWN_MAX = 20;

const OPTIONS = {
  address: { type: 'string' },
  agent: { type: 'string' },
  before: { type: 'string' },
  file: { type: 'string' },
  force: { type: 'boolean' },
  from: { type: 'string' },
  heads: { type: 'string' },
  key: { type: 'string', multiple: true },
  since: { type: 'string' },
  subject: { type: 'string' },
  to: { type: 'string' },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

type Called = { readonly command: string; readonly file: string; readonly values: Given };

type Command = {
  readonly takesFile: boolean;
  readonly may: readonly string[];
  readonly must: readonly string[];
  /** It must be given just one of these. @default none */
  readonly either?: readonly string[];
};

/** What each command may be given, and what it must be. */
const COMMANDS: Readonly<Record<string, Command>> = {
  export: { takesFile: true, may: ['agent', 'from', 'to', 'since', 'heads', 'force'], must: [] },
  verify: { takesFile: true, may: ['since', 'heads'], must: ['key'] },
  reconcile: { takesFile: false, may: [], must: [] },
  prune: { takesFile: false, may: [], must: ['before', 'file', 'key'] },
  erase: { takesFile: false, may: [], must: [], either: ['subject', 'address'] },
};

const given = commandLine();
if ('fault' in given) showUsage(USAGE, given.fault);
else await runProgram((surroundings) => run(given, surroundings));

async function run(
  { command, file, values }: Called,
  surroundings: Parameters<Parameters<typeof runProgram>[0]>[0],
): Promise<void> {
  const { agent: agentId = null, force = false, key: keys = [], subject } = values;
  const wrong = keys.find((each) => readVerifier(each) === null);
  if (wrong !== undefined)
    throw new Error(`--key is a verifier key, as GET /v1/audit/keys has it, and "${wrong}" is none.`);
  const kept = keptIn(values, command);
  switch (command) {
    case 'verify':
      return sayVerified(await verifiedWithHeads(file, keys, kept, values.heads));
    case 'export':
      return exportTrail(surroundings(), file, { ...moments(values), agentId, kept, force });
    case 'reconcile':
      return reconcileTrail(surroundings());
    case 'prune':
      return pruneTrail(surroundings(), {
        before: momentOf('before', values.before ?? ''),
        verify: (onEntry) => verified(values.file ?? '', keys, null, { onEntry }),
      });
    case 'erase':
      return subject === undefined
        ? eraseAddress(surroundings(), values.address ?? '')
        : eraseSubject(surroundings(), subject);
  }
}

/** The checkpoint that was kept, by itself or at the end of what proves heads; null where none is named. */
function keptIn({ since, heads }: Given, command: string): string | null {
  if (since !== undefined) return readFileSync(since, 'utf8');
  if (heads === undefined || command !== 'export') return null;
  const checkpoint = provingCheckpoint(readFileSync(heads, 'utf8'));
  if (checkpoint === null) throw new Error(`${heads} is not what GET /v1/audit/heads answered.`);
  return checkpoint;
}

/** Throws ExportFault where it is not what was sealed. */
function verified(
  file: string,
  keys: readonly string[],
  since: string | null,
  told: Pick<Parameters<typeof verifyExport>[1], 'onEntry' | 'proved'> = {},
): Promise<VerifiedExport> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  return verifyExport(linesOf(input.setEncoding('utf8')), { keys, since, ...told });
}

/** Lines end with a line feed and with nothing else: texts in JSON may have what other readers take for the end of one. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let begun = '';
  for await (const chunk of chunks) {
    const lines = (begun + chunk).split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
    if (begun.length > LINE_MAX_CHARACTERS) {
      throw new ExportFault(
        `The file has a line of more than ${LINE_MAX_CHARACTERS} characters, and no export has one.`,
      );
    }
  }
  if (begun !== '') yield begun;
}

/** The same, where it also is of the tree that the heads were proved by which somebody kept, and has what was the newest entry when they were sealed. */
async function verifiedWithHeads(
  file: string,
  keys: readonly string[],
  since: string | null,
  heads: string | undefined,
): Promise<VerifiedExport> {
  if (heads === undefined) return verified(file, keys, since);
  const check = new HeadsCheck(readFileSync(heads, 'utf8'), keys);
  const told = { onEntry: (entry: ExportedEntry) => check.entry(entry), proved: check.checkpoint };
  const whole = await verified(file, keys, since, told);
  check.end(whole.head.agent);
  if (!whole.hasMetProved) {
    const { size } = check.checkpoint;
    throw new ExportFault(
      `The file does not tell what the tree was at size ${size}, where the heads were proved: export it anew with --heads.`,
    );
  }
  return whole;
}

function sayVerified({ head, entries, maps, erased, unknownKeys, checkpoint }: VerifiedExport): void {
  const whose = head.agent === null ? '' : ` of agent ${head.agent}`;
  const lost = erased === 0 ? '' : ` What was personal of ${countText(erased)} is not in the file.`;
  const daily = maps === 0 ? '' : ` Of ${countText(maps)} of them the root of all heads was computed anew.`;
  console.log(
    `Verified: ${countText(entries)} entries${whose}, of a tree of ${countText(checkpoint.size)} that ${checkpoint.origin} signed.${daily}${lost}`,
  );
  for (const key of unknownKeys.slice(0, SHOWN_MAX)) {
    console.log(`The file names a key that was not given: ${stripVTControlCharacters(key)}`);
  }
  if (unknownKeys.length > SHOWN_MAX) console.log(`… and ${countText(unknownKeys.length - SHOWN_MAX)} more.`);
}

function moments({ from, to }: Given) {
  return {
    from: from === undefined ? undefined : momentOf('from', from),
    to: to === undefined ? undefined : momentOf('to', to),
  };
}

function momentOf(name: string, text: string): Date {
  const moment = instantOf(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (moment === null)
    throw new Error(`--${name} is a day such as 2026-11-30, or a moment such as 2026-11-30T12:00:00Z.`);
  return moment;
}

/** What the program was called with, or what is wrong with that. */
function commandLine(): Called | { readonly fault: string | undefined } {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return { fault: process.argv.includes('--help') ? undefined : messageOf(error) };
  }
  const { values, positionals } = parsed;
  const [command = '', file = '', ...more] = positionals;
  const its = COMMANDS[command];
  if (its === undefined) return { fault: command === '' ? undefined : `There is no command "${command}".` };
  const { may, must, either = [] } = its;
  const names = Object.keys(values);
  const named = (options: readonly string[]) => options.map((name) => `--${name}`);
  const strange = named(names.filter((name) => ![...may, ...must, ...either].includes(name)));
  const missing = [
    ...(its.takesFile ? ['FILE'] : []).filter(() => file === ''),
    ...named(must.filter((name) => !names.includes(name))),
  ];
  const chosen = names.filter((name) => either.includes(name));
  if (missing.length > 0) return { fault: `${command} needs ${missing.join(' and ')}.` };
  if (strange.length > 0) return { fault: `${command} takes no ${strange.join(' and no ')}.` };
  if (command === 'export' && values.since !== undefined && values.heads !== undefined) {
    return { fault: 'export takes one of --since and --heads.' };
  }
  if (either.length > 0 && chosen.length !== 1)
    return { fault: `${command} needs one of ${named(either).join(' and ')}.` };
  const [spare] = its.takesFile ? more : [file, ...more].filter((each) => each !== '');
  if (spare !== undefined) return { fault: `${command} takes no "${spare}".` };
  return { command, file, values };
}
