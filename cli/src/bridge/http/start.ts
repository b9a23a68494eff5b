import { UsageError } from '../../errors.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { capabilitiesIn } from '../contract-file.ts';
import { checkNoKeyIn, headersIn } from '../headers.ts';
import { sayingTo } from '../lines.ts';
import type { SharedOptions } from '../options.ts';
import { runBridge } from '../run.ts';
import { secretIn } from './signature.ts';
import { HttpSource } from './source.ts';

export interface HttpOptions extends SharedOptions {
  readonly contract: string;
  readonly secretFile?: string;
  readonly headerFile?: string;
}

const CHECK_EVERY_MS = 15_000;

/** `clawcierge bridge http` */
export async function startHttp(session: Session, options: HttpOptions, address: string): Promise<ExitCode> {
  const { contract, secretFile, headerFile, resultMaxBytes } = options;
  const source = new HttpSource({
    url: urlOf(address),
    capabilities: await capabilitiesIn(contract),
    headers: headersIn(headerFile),
    ...(secretFile !== undefined && { secret: secretIn(secretFile) }),
    resultMaxBytes,
    checkEveryMs: CHECK_EVERY_MS,
    say: sayingTo(session.output),
  });
  return runBridge(session, options, source);
}

function urlOf(address: string): URL {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new UsageError(`“${address}” is no http or https URL.`);
  }
  const url = new URL(address);
  checkNoKeyIn(url);
  return url;
}
