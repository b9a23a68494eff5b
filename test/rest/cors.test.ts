import { describe, expect, it } from 'vitest';
import { AGENT_ID, stubServer } from './stub-server.ts';

const PAGE = 'https://page.example';
const preflight = (method: string) => ({
  method: 'OPTIONS' as const,
  url: `/v1/agents/${AGENT_ID}`,
  headers: { origin: PAGE, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
});

describe('pages of other origins', () => {
  it('may not read answers unless they are named', async () => {
    for (const corsOrigins of [[], ['https://other.example']]) {
      const { server } = await stubServer({ corsOrigins });
      const answer = await server.inject({ url: '/health', headers: { origin: PAGE } });
      expect(answer.headers['access-control-allow-origin']).not.toBe(PAGE);
      expect((await server.inject(preflight('DELETE'))).headers['access-control-allow-origin']).not.toBe(PAGE);
    }
  });

  it('that are named may use every method with a key, never with a cookie, and read what the answers say', async () => {
    const { server } = await stubServer({ corsOrigins: [PAGE] });
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const { statusCode, headers } = await server.inject(preflight(method));
      expect(statusCode).toBe(204);
      expect(headers['access-control-allow-origin']).toBe(PAGE);
      expect(headers['access-control-allow-methods']).toContain(method);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
    const answer = await server.inject({ url: '/health', headers: { origin: PAGE } });
    expect(answer.headers['access-control-expose-headers']).toContain('Retry-After');
    expect(answer.headers['access-control-expose-headers']).toContain('Idempotency-Replayed');
    expect((await server.inject({ url: '/nothing' })).statusCode).toBe(404);
  });
});
