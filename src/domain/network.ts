/**
 * Whom an address belongs to, as limits count: an IPv4 address is somebody's, of IPv6 a network of 64 bits is, whose
 * owner has as many addresses as he likes (RFC 6177). Anything else stands for itself.
 *
 * Addresses of IPv6 that a translator made of one of IPv4 (`64:ff9b::/96`, RFC 6052, and those of the same length in `64:ff9b:1::/48`,
 * RFC 8215) count as that one: else everybody who comes through it would be one caller. Nobody has more budgets for that, nor another's:
 * who is to be connected from such an address has to hear what is answered there, and the answers go to the translator
 * of the server's own network, which has them go to that address of IPv4; without one they go nowhere.
 *
 * 6to4 and Teredo count as any IPv6. A 6to4 router has a /48 (2002::/16, RFC 3056), as other sites do. Of Teredo (2001::/32, RFC 4380)
 * all clients of one server are a /64; anybody may run the relays that answers go through, so that what the addresses say
 * is not to be believed, and hardly anybody is left who comes so.
 */
export function networkOf(address: string): string {
  const counted = countedAs(address);
  return typeof counted === 'string' ? counted : `${textOf(counted.slice(0, 4))}::/64`;
}

/**
 * The network around it that one owner may well have whole: a /24 of IPv4, or a /48 of IPv6 (RFC 6177). Anything else stands
 * for itself.
 */
export function widerNetworkOf(address: string): string {
  const counted = countedAs(address);
  if (typeof counted !== 'string') return `${textOf(counted.slice(0, 3))}::/48`;
  return IPV4.test(counted) ? `${counted.slice(0, counted.lastIndexOf('.'))}.0/24` : counted;
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const IPV4_MAPPED = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/;
/** One of IPv6 whose last two groups are written as one of IPv4. */
const IPV4_AT_END = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/** The address of IPv4, also where it is written as one of IPv6; null where it is none. */
const ipv4Of = (address: string): string | null =>
  IPV4.test(address) ? address : (IPV4_MAPPED.exec(address.toLowerCase().split('%', 1)[0] ?? '')?.[1] ?? null);

/** The address of IPv4 that it counts as, or else the groups of one of IPv6; what is neither, as it is. */
function countedAs(address: string): string | readonly number[] {
  const ipv4 = ipv4Of(address);
  if (ipv4 !== null || !address.includes(':')) return ipv4 ?? address;
  const groups = groupsOf(address);
  return translatedIn(groups) ?? groups;
}

/** The address of IPv4 that this one is written for, or that a translator made it of; null where it is neither. */
function translatedIn(groups: readonly number[]): string | null {
  const [first, second, third, , , sixth, high, low] = groups;
  if (high === undefined || low === undefined) return null;
  const isMapped = sixth === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (!isMapped && (first !== 0x64 || second !== 0xff9b)) return null;
  const isWellKnown = groups.slice(2, 6).every((group) => group === 0);
  // Of a shorter prefix, which may be used locally too, these bits are no part of the address, and zero.
  const isLocal = third === 1 && ((high & 0xff) !== 0 || low !== 0);
  return isMapped || isWellKnown || isLocal ? [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.') : null;
}

/** The eight groups of an address of IPv6. */
function groupsOf(address: string): readonly number[] {
  const [text = ''] = address.toLowerCase().split('%');
  const [before = '', after] = withoutDots(text).split('::');
  const head = before === '' ? [] : before.split(':');
  const missing = after === undefined ? 0 : 8 - head.length - (after === '' ? 0 : after.split(':').length);
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(after ?? '').split(':')];
  return groups.slice(0, 8).map((group) => Number.parseInt(group, 16) || 0);
}

/** The same with its last two groups written as the others. */
const withoutDots = (text: string): string =>
  text.replace(IPV4_AT_END, (_, before: string, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return `${before}${textOf([a * 256 + b, c * 256 + d])}`;
  });

const textOf = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':');

/**
 * The address as systems write it (RFC 5952): the same one may be written in many ways. One of IPv4 written as one of IPv6 is that of
 * IPv4. One that a translator made of it stays as it is: it is what was seen, and what is on record.
 */
export function canonicalAddress(address: string): string {
  const [text = ''] = address.toLowerCase().split('%', 1);
  const mapped = ipv4Of(text);
  if (mapped !== null || !URL.canParse(`http://[${text}]`)) return mapped ?? text;
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}
