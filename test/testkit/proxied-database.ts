import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

/** A proxy in front of the test server, and the database's URL through it. Closed when the test is over. */
export async function proxiedDatabase(url: string): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
  const proxy = await tcpProxy(`${new URL(url).searchParams.get('host')}/.s.PGSQL.5432`);
  const proxied = new URL(url);
  proxied.search = '';
  proxied.hostname = '127.0.0.1';
  proxied.port = String(proxy.port);
  return { proxy, url: proxied.href };
}
