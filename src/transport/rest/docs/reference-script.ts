import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Fastify from 'fastify';

export type ReferenceScript = { readonly plain: Buffer; readonly gzipped: Buffer; readonly etag: string };

/**
 * Scalar's script, 5 MB of it. The package keeps it inside its Fastify plugin, whose page would run an inline script;
 * so the plugin is mounted on a server that never listens, and asked for the script alone. Loaded when the first
 * reader comes, not at the start.
 */
export async function loadReferenceScript(): Promise<ReferenceScript> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const inner = Fastify();
  await inner.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
  const { statusCode, rawPayload } = await inner.inject('/docs/js/scalar.js');
  await inner.close();
  if (statusCode !== 200) throw new Error(`The API reference's script could not be had: ${statusCode}`);
  return {
    plain: rawPayload,
    gzipped: await promisify(gzip)(rawPayload),
    etag: `"${createHash('sha256').update(rawPayload).digest('base64url')}"`,
  };
}
