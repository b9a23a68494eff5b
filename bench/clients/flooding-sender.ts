// A sender that submits as fast as its connections allow, to an agent that is away, and whatever it is answered.
import { serveOrders } from './client-process.ts';
import { HttpConnection } from './http-connection.ts';
import type { FloodFigures, FloodOrder, FloodTask } from './messages.ts';

serveOrders(async ({ url, handle, action, apiKey, connections: count }: FloodTask) => {
  const connections = await Promise.all(Array.from({ length: count }, () => HttpConnection.open(url)));
  const headers = `Authorization: Bearer ${apiKey}\r\n`;
  const body = JSON.stringify({ action, params: {}, when_offline: 'queue' });

  return async ({ requests }: FloodOrder): Promise<FloodFigures> => {
    const answered: Record<number, number> = {};
    const begun = performance.now();
    let left = requests;
    const submitInTurn = async (connection: HttpConnection) => {
      for (; left > 0; ) {
        left -= 1;
        const { status } = await connection.request('POST', `/v1/agents/${handle}/requests`, headers, body);
        answered[status] = (answered[status] ?? 0) + 1;
      }
    };
    await Promise.all(connections.map(submitInTurn));
    return { seconds: (performance.now() - begun) / 1_000, answered };
  };
});
