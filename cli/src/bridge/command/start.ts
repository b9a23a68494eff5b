import type { ExitCode } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { capabilitiesIn } from '../contract-file.ts';
import { childEnvironment } from '../environment.ts';
import { sayingTo } from '../lines.ts';
import type { SharedOptions } from '../options.ts';
import { runBridge } from '../run.ts';
import { CommandSource } from './source.ts';

export interface CommandOptions extends SharedOptions {
  readonly contract: string;
  readonly env: readonly string[];
  readonly cwd?: string;
}

/** `clawcierge bridge command` */
export async function startCommand(
  session: Session,
  options: CommandOptions,
  [command = '', ...args]: readonly string[],
): Promise<ExitCode> {
  const { contract, env, cwd, resultMaxBytes } = options;
  const source = new CommandSource({
    program: { command, args, env: childEnvironment(env), ...(cwd !== undefined && { cwd }) },
    capabilities: await capabilitiesIn(contract),
    resultMaxBytes,
    say: sayingTo(session.output),
  });
  return runBridge(session, options, source);
}
