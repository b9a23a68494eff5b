import ipaddr from 'ipaddr.js';

/** IPv4 addresses as IPv6 ones, the old way: `::127.0.0.1`. Taken for ordinary ones by the ranges. */
const COMPATIBLE = ipaddr.parseCIDR('::/96');

/**
 * Whether an address is one of the public internet: of none of the ranges that are set aside for this machine, for private
 * networks, for many at once, or for the other family inside of this one. False for what is no address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || !address.match(COMPATIBLE);
}
