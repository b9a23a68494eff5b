import { describe, expect, it } from 'vitest';
import { agentAndSender, STANDUP, submit } from '../testkit/actors.ts';
import { startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { freePort } from '../testkit/free-port.ts';
import { checkNginx, HAS_NGINX, startNginx } from '../testkit/nginx.ts';
import { TextSocket } from '../testkit/text-socket.ts';
import { pathOf } from './files.ts';

const AGENTS = 400;

const hostOf = (url: string) => new URL(url).host;

describe.skipIf(!HAS_NGINX)('nginx in front of two nodes', () => {
  it('lets 400 agents through, and each gets what it is asked', async () => {
    const nodes = await startNodes({ env: { TRUST_PROXY: '1', CHANNELS_PER_AGENT_MAX: '1000' } });
    const [a, b] = nodes.map(({ url }) => hostOf(url));
    const port = await freePort();
    const { path, said } = checkNginx(pathOf('deploy/nginx/cluster.conf'), {
      'node-a:8000': `${a}`,
      'node-b:8000': `${b}`,
      'listen 8000': `listen 127.0.0.1:${port}`,
    });
    expect(said).toContain('test is successful');
    expect(said).not.toContain('[warn]');
    startNginx(path);
    const platform = { url: `http://127.0.0.1:${port}`, socketUrl: `ws://127.0.0.1:${port}` };
    await eventually(async () => expect((await fetch(`${platform.url}/health`)).status).toBe(200));

    const { agent, sender } = await agentAndSender(platform);
    const address = `${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`;
    const sockets = await Promise.all(Array.from({ length: AGENTS }, () => TextSocket.open(address)));
    await submit(platform, agent, sender, STANDUP);
    await expect(Promise.any(sockets.map((socket) => socket.text('request.received')))).resolves.toContain('Standup');
  });

  it('is told of TLS what nginx takes', () => {
    const { said } = checkNginx(pathOf('deploy/nginx/production.conf'), {
      'node-a:8000': '127.0.0.1:1',
      'node-b:8000': '127.0.0.1:2',
      // Checking needs no certificate: what is served is not.
      'listen 8443 ssl http2': 'listen 8443',
      '    ssl_certificate /etc/nginx/tls/tls.crt;\n    ssl_certificate_key /etc/nginx/tls/tls.key;\n': '',
    });
    expect(said).toContain('test is successful');
  });
});
