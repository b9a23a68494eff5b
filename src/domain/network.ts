/**
 * Whom an address belongs to, as limits count: an IPv4 address is somebody's, of IPv6 a network of 64 bits is, whose
 * owner has as many addresses as he likes (RFC 6177). Anything else stands for itself.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [text = ''] = address.toLowerCase().split('%');
  const mapped = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = '', after] = text.split('::');
  const head = before === '' ? [] : before.split(':');
  const missing = after === undefined ? 0 : 8 - head.length - (after === '' ? 0 : after.split(':').length);
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(after ?? '').split(':')];
  const network = groups.slice(0, 4).map((group) => (Number.parseInt(group, 16) || 0).toString(16));
  return `${network.join(':')}::/64`;
}
