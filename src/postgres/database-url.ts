const SCHEMES = ['postgres:', 'postgresql:', 'postgresql+asyncpg:'];

/**
 * The URL as the driver takes it. SQLAlchemy's `postgresql+asyncpg://` is understood, with its `ssl=` parameter.
 * Anything else is refused in one line that names the setting and shows nothing of what may be a secret.
 */
export const normaliseDatabaseUrl = (text: string): string => {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(text)?.[0].toLowerCase();
  if (scheme === undefined || !SCHEMES.includes(scheme)) {
    throw new Error(
      `DATABASE_URL must begin with postgres://, postgresql:// or postgresql+asyncpg://${
        scheme === undefined ? '' : `, not with ${scheme}//`
      }.`,
    );
  }
  const rest = text.slice(scheme.length);
  if (!rest.startsWith('//') || !URL.canParse(`postgresql:${rest}`)) {
    throw new Error('DATABASE_URL is not a URL: it should read postgresql://user:password@host:5432/database.');
  }
  const url = new URL(`postgresql:${rest}`);
  if (url.pathname.length <= 1) {
    throw new Error('DATABASE_URL names no database: it should end in /database.');
  }
  const ssl = url.searchParams.get('ssl');
  if (scheme === 'postgresql+asyncpg:' && ssl !== null) {
    url.searchParams.delete('ssl');
    url.searchParams.set('sslmode', ssl === 'true' ? 'require' : ssl);
  }
  return url.href;
};
