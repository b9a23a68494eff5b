import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type CollectedSpan = {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** The node that recorded it. */
  readonly node: string;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/**
 * A collector that takes OTLP over HTTP, as JSON, and keeps what it is sent. Ended when the test is over.
 * @param status what it answers. @default 200
 */
export async function startTraceCollector({ status = 200 }: { readonly status?: number } = {}) {
  const spans: CollectedSpan[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += String(data)));
    request.on('end', () => {
      headers.push({ ...request.headers, url: request.url });
      for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
        const node = attributesOf(resource.attributes)['service.instance.id'];
        for (const { spans: some } of scopeSpans) {
          for (const span of some) {
            const { name, traceId, spanId, parentSpanId = '' } = span;
            spans.push({
              name,
              traceId,
              spanId,
              parentSpanId,
              node: String(node),
              attributes: attributesOf(span.attributes),
            });
          }
        }
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, spans, headers };
}

type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

const attributesOf = (attributes: readonly Attribute[] = []): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
