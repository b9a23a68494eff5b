import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const ASSET = /^\w[\w.-]*\.(js|css|svg|ttf)$/;

/**
 * Serves the assets of a page that `npm run build` made, from its folder `root`, at `path`/assets/. They carry their hash
 * in their name and are kept by browsers, and were compressed when they were built. Call it in a scope of its own; what
 * else it sends from the folder it sends with `reply.sendFile`.
 */
export async function addBuiltAssets(scope: FastifyInstance, path: string, root: string): Promise<void> {
  await scope.register(fastifyStatic, { root, serve: false, cacheControl: false, preCompressed: true });
  scope.get<{ Params: { file: string } }>(`${path}/assets/:file`, (request, reply) => {
    const { file } = request.params;
    if (!ASSET.test(file) || !existsSync(join(root, 'assets', file))) return reply.status(404).send('Not found');
    return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(join('assets', file));
  });
}
