// The reference agent of the walkthrough: keeps a calendar in memory and books what is asked for.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { AgentStoppedError, ClawciergeAgent, ClawciergeError, consoleLogger } from '../src/index.ts';
import { Calendar } from './calendar.ts';
import { serveCalendar } from './calendar-actions.ts';

const USAGE = `Usage: calendar-agent --url <url> --token <key>

Keeps a calendar in memory and serves calendar.schedule and calendar.free_busy.

  --url      the platform (http://localhost:8000), or this agent's raw WebSocket
             (ws://localhost:8000/v1/agents/<id>/ws)
  --token    the agent's key (clw_agent_…); CLAWCIERGE_AGENT_KEY when left out
  --publish  publish what it offers as its contract first
  --help     this text`;

function commandLine(): { url: string; apiKey: string; publish: boolean } | 'help' {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      publish: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const apiKey = values.token ?? process.env.CLAWCIERGE_AGENT_KEY;
  if (values.url === undefined) throw new TypeError('--url is missing');
  if (apiKey === undefined) throw new TypeError('--token is missing');
  return { url: values.url, apiKey, publish: values.publish };
}

async function main(): Promise<number> {
  let agent: ClawciergeAgent;
  let publish: boolean;
  try {
    const options = commandLine();
    if (options === 'help') {
      console.log(USAGE);
      return 0;
    }
    publish = options.publish;
    agent = new ClawciergeAgent({ url: options.url, apiKey: options.apiKey, logger: consoleLogger('info') });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  serveCalendar(agent, new Calendar({ now: () => new Date(), newId: randomUUID }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void agent.stop());
  try {
    if (publish) await agent.publish();
    await agent.run();
    return 0;
  } catch (error) {
    if (!(error instanceof ClawciergeError)) throw error;
    // Of that, the agent has logged why.
    if (!(error instanceof AgentStoppedError)) console.error(error.message);
    return 1;
  }
}

process.exitCode = await main();
