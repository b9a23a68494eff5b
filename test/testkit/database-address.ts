/** The path of the Unix socket on which the embedded server listens. */
export const socketOf = (databaseUrl: string): string =>
  `${new URL(databaseUrl).searchParams.get('host')}/.s.PGSQL.5432`;

/** The same database through that port of this machine. */
export function databaseAtPort(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl);
  url.search = '';
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}
