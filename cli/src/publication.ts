import type { CheckedDocument, InputIssue, OwnerOptions } from '@clawcierge/agent-sdk';
import { canAsk, confirm } from './ask.ts';
import type { Connection, KeyedConnection } from './connection.ts';
import { type DiffLine, diff } from './diff.ts';
import type { Read } from './document-forms.ts';
import { DocumentFile, type Problem } from './documents.ts';
import { UsageError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import type { Session } from './session.ts';

/** The options of `publish` and `policies`. */
export interface PublishOptions {
  readonly agent?: string;
  readonly check?: boolean;
  readonly yes?: boolean;
}

interface Version {
  readonly id: string;
  readonly version: number;
}

/** What is published of a file. */
export interface Publication<Value> {
  /** What it is called: contract, policies. */
  readonly noun: string;
  read(file: DocumentFile): Read<Value>;
  check(value: Value, owner: OwnerOptions): Promise<CheckedDocument>;
  /** What is in force, as lines; null where nothing is. */
  active(owner: OwnerOptions): Promise<{ readonly version: number; readonly lines: readonly string[] } | null>;
  lines(value: Value): readonly string[];
  publish(value: Value, owner: OwnerOptions): Promise<Version>;
}

/** Checks a file, shows what it would change, and publishes it. */
export async function publishFile<Value>(
  session: Session,
  options: PublishOptions,
  file: string,
  publication: Publication<Value>,
): Promise<ExitCode> {
  const { output, signal } = session;
  const { noun } = publication;
  const document = await DocumentFile.read(file);
  const read = publication.read(document);
  if ('problems' in read) return refused(read.problems, options, output);
  const { value } = read;
  const owner = ownerOf(session.connection, session.keyed, options.agent);
  const { issues, warnings } = await publication.check(value, owner);
  if (issues.length > 0) {
    return refused(
      issues.map((issue) => placed(document, issue)),
      options,
      output,
    );
  }
  for (const each of warnings)
    output.say(`${output.paint('yellow', 'warning', 'stderr')} ${problemLine(placed(document, each))}`);

  const active = await publication.active(owner);
  const changes = diff(active?.lines ?? [], publication.lines(value));
  const next = active === null ? 1 : active.version + 1;
  if (active !== null && changes.length === 0) {
    output.say(`The same ${noun} is in force already.`);
    output.data({ version: active.version, published: false }, `version ${active.version}`);
    return EXIT.done;
  }
  output.say(changes.map((each) => painted(each, output)).join('\n'));
  if (options.check) {
    output.say(`Nothing is wrong with it. Published, it would be version ${next}.`);
    return EXIT.done;
  }
  if (!options.yes && canAsk() && !(await confirm(`Publish this as version ${next}?`, signal))) {
    output.say('Nothing was published.');
    return EXIT.failed;
  }
  signal.throwIfAborted();
  const { id, version } = await publication.publish(value, owner);
  output.data({ id, version, published: true }, `version ${version}`);
  return EXIT.done;
}

function refused(problems: readonly Problem[], { check }: PublishOptions, output: Output): ExitCode {
  for (const problem of problems) {
    if (check || output.isJson) output.data(problem, problemLine(problem));
    else output.say(problemLine(problem));
  }
  output.say(
    problems.length === 1 ? 'Nothing was published: 1 problem.' : `Nothing was published: ${problems.length} problems.`,
  );
  return EXIT.failed;
}

/** As compilers write it, so that editors find the place. */
export const problemLine = ({ file, line, column, path, message }: Problem): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;

/** What it says of a schema begins with the place in it. */
const IN_SCHEMA = /^At "(?<pointer>\/[^"]*)": /;

/** What the platform says of an input, where it is in the file. */
function placed(document: DocumentFile, { path, message }: InputIssue): Problem {
  const inFile = path.split('.').filter((each, index) => index > 0 || each !== 'input');
  const pointer = IN_SCHEMA.exec(message)?.groups?.pointer ?? '';
  const inSchema = pointer.split('/').slice(1);
  return document.problemAt(
    [...inFile, ...inSchema.map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'))],
    message.replace(IN_SCHEMA, ''),
  );
}

function painted({ kind, text }: DiffLine, output: Output): string {
  switch (kind) {
    case 'added':
      return output.paint('green', `+ ${text}`, 'stderr');
    case 'removed':
      return output.paint('red', `- ${text}`, 'stderr');
    case 'gap':
      return output.paint('dim', '  …', 'stderr');
    default:
      return `  ${text}`;
  }
}

/** An owner's key says nothing of which agent is meant; the profile that it is from may. */
function ownerOf({ handle }: Connection, keyed: KeyedConnection, agent: string | undefined): OwnerOptions {
  const agentId = agent ?? handle;
  if (agentId === undefined && keyed.apiKey.startsWith('clw_owner_')) {
    throw new UsageError('An owner’s key may be for many agents.', 'Say which one is meant with --agent HANDLE.');
  }
  return { ...keyed, ...(agentId !== undefined && { agentId }), logger: SILENT };
}

/** What publishing warns of was said when it was checked. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
