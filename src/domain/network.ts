/**
 * Whom an address belongs to, as limits count: an IPv4 address is somebody's, of IPv6 a network of 64 bits is, whose
 * owner has as many addresses as he likes (RFC 6177). Anything else stands for itself.
 */
export function networkOf(address: string): string {
  const mapped = ipv4Of(address);
  return mapped ?? (address.includes(':') ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address);
}

/**
 * The network around it that one owner may well have whole: a /24 of IPv4, or a /48 of IPv6 (RFC 6177). Anything else stands
 * for itself.
 */
export function widerNetworkOf(address: string): string {
  const mapped = ipv4Of(address);
  if (mapped !== null) return `${mapped.slice(0, mapped.lastIndexOf('.'))}.0/24`;
  return address.includes(':') ? `${groupsOf(address).slice(0, 3).join(':')}::/48` : address;
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const IPV4_MAPPED = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** The address of IPv4, also where it is written as one of IPv6; null where it is none. */
const ipv4Of = (address: string): string | null =>
  IPV4.test(address) ? address : (IPV4_MAPPED.exec(address.toLowerCase().split('%', 1)[0] ?? '')?.[1] ?? null);

/** The eight groups of an address of IPv6. */
function groupsOf(address: string): readonly string[] {
  const [text = ''] = address.toLowerCase().split('%');
  const [before = '', after] = text.split('::');
  const head = before === '' ? [] : before.split(':');
  const missing = after === undefined ? 0 : 8 - head.length - (after === '' ? 0 : after.split(':').length);
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(after ?? '').split(':')];
  return groups.slice(0, 8).map((group) => (Number.parseInt(group, 16) || 0).toString(16));
}

/** The address as systems write it (RFC 5952): the same one may be written in many ways. One of IPv4 written as one of IPv6 is that of IPv4. */
export function canonicalAddress(address: string): string {
  const [text = ''] = address.toLowerCase().split('%', 1);
  const mapped = ipv4Of(text);
  if (mapped !== null || !URL.canParse(`http://[${text}]`)) return mapped ?? text;
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}
