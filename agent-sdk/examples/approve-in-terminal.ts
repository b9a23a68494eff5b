// Decides what is held for approval, one after the other, by what somebody types.
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { AgentStoppedError, type ApprovalState, approve, ClawciergeApprovals, deny } from '../src/index.ts';

const USAGE = `Usage: approve-in-terminal --url <url> --key <key>

Shows what is held for approval, and asks about it.

  --url   the platform (http://localhost:8000)
  --key   an approver's key (clw_approver_…), or an owner's; CLAWCIERGE_APPROVER_KEY when left out
  --help  this text`;

function commandLine(): { url: string; apiKey: string } | 'help' {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, key: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return 'help';
  const apiKey = values.key ?? process.env.CLAWCIERGE_APPROVER_KEY;
  if (values.url === undefined) throw new TypeError('--url is missing');
  if (apiKey === undefined) throw new TypeError('--key is missing');
  return { url: values.url, apiKey };
}

/** Strangers wrote it: what cannot be seen, or would move the cursor, is written out. */
const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (hidden) => `<U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
  );

function described(approval: ApprovalState): string {
  const { request, sender, holdReasons, effectiveParams, quorum, expiresAt } = approval;
  const { completed, rejected, denied } = sender.history;
  const params = Object.entries<unknown>(effectiveParams ?? request.params);
  return [
    '',
    `${visible(sender.displayName ?? 'Somebody who is gone')} (${sender.id}) asks ${request.handle} for ${visible(request.action)}:`,
    ...params.map(([name, value]) => `  ${visible(name)}: ${visible(JSON.stringify(value))}`),
    `Held: ${holdReasons.map(({ reason }) => visible(reason)).join('; ')}`,
    `Before: ${completed} completed, ${rejected} rejected, ${denied} denied`,
    `Until ${expiresAt}${quorum > 1 ? `; ${quorum} must approve` : ''}`,
  ].join('\n');
}

async function main(): Promise<number> {
  let approvals: ClawciergeApprovals;
  try {
    const options = commandLine();
    if (options === 'help') {
      console.log(USAGE);
      return 0;
    }
    // One question at a time.
    approvals = new ClawciergeApprovals({ ...options, concurrency: 1 });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.on('close', () => void approvals.close());
  approvals.on('requested', async (approval, { signal }) => {
    console.log(described(approval));
    try {
      const answer = await terminal.question('Approve? y, n, why not, or nothing to leave it to others: ', { signal });
      if (answer.trim() === '') return undefined;
      if (/^y(es)?$/i.test(answer)) return approve();
      return /^no?$/i.test(answer) ? deny() : deny(answer);
    } catch (error) {
      if (!signal.aborted) throw error;
      console.log('\nIt is over, or has changed.');
      return undefined;
    }
  });
  console.log('Waiting for what is held; Ctrl+C ends.');
  try {
    await approvals.run();
    return 0;
  } catch (error) {
    if (!(error instanceof AgentStoppedError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    terminal.close();
  }
}

process.exitCode = await main();
