import { lookup, Resolver } from 'node:dns/promises';

/** All addresses of a name; empty or an error where it has none. */
export type FindAddresses = (hostname: string) => Promise<readonly string[]>;

/** A name server that does not answer is asked twice. */
const RESOLVER = { timeout: 2_000, tries: 2 };

/**
 * Asks name servers itself. The system's way waits in a thread, of which there are two: names of strangers whose servers
 * never answer would hold up whoever looks for the database.
 */
export const byNameServers = (): FindAddresses => {
  const resolver = new Resolver(RESOLVER);
  return async (hostname) => {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length > 0) return found;
    throw answers.find((answer) => answer.status === 'rejected')?.reason ?? new Error(`${hostname} has no address`);
  };
};

/** As every program of this machine does, with its own list of names. */
export const byTheSystem: FindAddresses = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);
