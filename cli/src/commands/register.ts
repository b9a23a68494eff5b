import { type Command, Option } from 'commander';
import { checkedUrl, keyIn, warningOf } from '../connection.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { checkNewProfile, profilesFolder, writeProfile } from '../profiles.ts';
import { action, type Session, warn } from '../session.ts';

interface Options {
  readonly handle?: string;
  readonly sender?: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly ownerKeyFile?: string;
  readonly invitation?: string;
  readonly save?: string;
}

/** `clawcierge register` */
export function addRegister(program: Command): void {
  program
    .command('register')
    .description('Register an agent, or a sender')
    .addOption(new Option('--handle <handle>', 'register an agent that senders address so').conflicts('sender'))
    .option('--sender', 'register a sender, who has no handle')
    .option('--name <text>', 'its name for people (an agent’s handle when left out)')
    .addOption(new Option('--description <text>', 'what the agent is for').conflicts('sender'))
    .option('--owner-key-file <file>', 'the file with the key of the owner who is to have it')
    .option('--invitation <code>', 'an invitation, where the platform asks for one')
    .option('--save <profile>', 'keep the keys as profiles, in place of printing them')
    .addHelpText(
      'after',
      `
The keys are shown this once. An agent has two: its own, with which it holds its channel and publishes, and its owner's,
with which people approve and see to it. --save ada keeps them as the profiles "ada" and "ada-owner".

Examples:
  clawcierge register --handle ada.tools --name "Ada's tools" --save ada
  clawcierge register --sender --name Ben --save ben`,
    )
    .action(action<Options>(register));
}

async function register(session: Session, options: Options): Promise<ExitCode> {
  if (options.sender) await registerSender(session, options);
  else await registerAgent(session, options);
  return EXIT.done;
}

async function registerSender({ connection, output }: Session, options: Options): Promise<void> {
  const { name, save } = options;
  if (name === undefined) throw new UsageError('A sender needs a name: --name TEXT.');
  if (save !== undefined) checkNewProfile(save);
  const url = checkedUrl(connection);
  const sdk = await import('@clawcierge/agent-sdk');
  const { sender, apiKey } = await sdk.registerSender({
    url,
    ...connection.bounds,
    displayName: name,
    ...besides(options, output),
    ...work(output),
  });
  const text = [`sender  ${sender.id}`];
  if (save === undefined) {
    output.data({ sender, apiKey }, [...text, `key     ${apiKey}`].join('\n'));
    output.say('The key is shown this once.');
  } else {
    writeProfile(save, { url, key: apiKey });
    output.data({ sender, profile: save }, [...text, `profile ${save}`].join('\n'));
    output.say(`The key is kept in ${profilesFolder()}.`);
  }
}

async function registerAgent({ connection, output }: Session, options: Options): Promise<void> {
  const { handle, name = handle, description, save } = options;
  if (handle === undefined || name === undefined) {
    throw new UsageError('Say what to register: --handle HANDLE for an agent, or --sender.');
  }
  const ownerProfile = save === undefined ? undefined : `${save}-owner`;
  for (const profile of [save, ownerProfile]) if (profile !== undefined) checkNewProfile(profile);
  const url = checkedUrl(connection);
  const sdk = await import('@clawcierge/agent-sdk');
  const input = {
    url,
    ...connection.bounds,
    handle,
    displayName: name,
    ...(description !== undefined && { description }),
  };
  const { agent, apiKey, ownerKey } = await sdk.registerAgent({
    ...input,
    ...besides(options, output),
    ...work(output),
  });
  const text = [`agent     ${agent.handle}`, `id        ${agent.id}`];
  const named = { id: agent.id, handle: agent.handle, displayName: agent.displayName };
  if (save === undefined) {
    text.push(`key       ${apiKey}`, ...(ownerKey === null ? [] : [`owner key ${ownerKey}`]));
    output.data({ agent: named, apiKey, ownerKey }, text.join('\n'));
    output.say('The keys are shown this once.');
    return;
  }
  writeProfile(save, { url, key: apiKey, handle });
  const profiles = [save];
  if (ownerKey !== null && ownerProfile !== undefined) {
    writeProfile(ownerProfile, { url, key: ownerKey, handle });
    profiles.push(ownerProfile);
  }
  output.data({ agent: named, profiles }, [...text, `profiles  ${profiles.join(', ')}`].join('\n'));
  output.say(`The keys are kept in ${profilesFolder()}.`);
}

/** Says what takes its time, where the platform asks for a proof of work. */
const work = (output: Output) => ({
  onProofOfWork: (bits: number) =>
    output.say(`The platform asks for a proof of work, about ${(2 ** bits).toLocaleString('en')} hashes. Working …`),
});

const besides = ({ ownerKeyFile, invitation }: Options, output: Output) => ({
  ...(ownerKeyFile !== undefined && { ownerKey: ownerKeyIn(ownerKeyFile, output) }),
  ...(invitation !== undefined && { invitation }),
});

function ownerKeyIn(file: string, output: Output): string {
  const key = keyIn(file);
  warn(warningOf(file), output);
  return key;
}
