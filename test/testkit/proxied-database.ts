import { databaseAtPort, socketOf } from './database-address.ts';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

/** A proxy in front of the test server, and the database's URL through it. Closed when the test is over. */
export async function proxiedDatabase(url: string): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
  const proxy = await tcpProxy(socketOf(url));
  return { proxy, url: databaseAtPort(url, proxy.port) };
}
