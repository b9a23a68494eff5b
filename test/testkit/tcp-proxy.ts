import { onTestFinished } from 'vitest';
import { type NetworkProxy, openNetworkProxy, type Target } from './network-proxy.ts';

export type TcpProxy = NetworkProxy;

/** A proxy on a free port of this machine that does to connections what networks do. Closed when the test is over. */
export async function tcpProxy(target: Target): Promise<TcpProxy> {
  const proxy = await openNetworkProxy(target);
  onTestFinished(() => proxy.close());
  return proxy;
}
