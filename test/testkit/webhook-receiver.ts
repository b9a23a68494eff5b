import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Mailbox } from './mailbox.ts';

/** A call as it came in. */
export type ReceivedCall = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

type Answer = number | ((response: ServerResponse, call: ReceivedCall) => void);

/** Listens where a webhook may be sent to, and keeps what comes. Ended when the test is over. */
export async function webhookReceiver({
  tls,
  answer: first = 204,
}: {
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly answer?: Answer;
} = {}) {
  const calls = new Mailbox<ReceivedCall>();
  const received: ReceivedCall[] = [];
  let answer = first;
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', async (request, response) => {
    let body = '';
    for await (const data of request) body += String(data);
    const call = { path: request.url ?? '', headers: request.headers, body };
    received.push(call);
    calls.put(call);
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}/hook`,
    calls,
    received: received as readonly ReceivedCall[],
    /** From now on. */
    answerWith: (next: Answer) => {
      answer = next;
    },
  };
}
