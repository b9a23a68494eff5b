import { describe, expect, it } from 'vitest';
import { normaliseDatabaseUrl } from '../../src/postgres/database-url.ts';

describe('normaliseDatabaseUrl', () => {
  it.each([
    ['postgres://u:p@h:5433/db', 'postgresql://u:p@h:5433/db'],
    ['postgresql://u:p%40@h/db?sslmode=require', 'postgresql://u:p%40@h/db?sslmode=require'],
    ['postgresql+asyncpg://u:p@h/db', 'postgresql://u:p@h/db'],
    ['postgresql+asyncpg://u:p@h/db?ssl=require', 'postgresql://u:p@h/db?sslmode=require'],
    ['postgresql+asyncpg://u:p@h/db?ssl=true', 'postgresql://u:p@h/db?sslmode=require'],
    ['POSTGRESQL://u@h/db', 'postgresql://u@h/db'],
    ['postgresql://u:p@localhost/db?host=%2Frun%2Fpg', 'postgresql://u:p@localhost/db?host=%2Frun%2Fpg'],
  ])('reads %s', (given, expected) => {
    expect(normaliseDatabaseUrl(given)).toBe(expected);
  });

  it.each([
    'mysql://root:secret@h/db',
    'sqlite:///secret.db',
    'secret@host/db',
    'postgresql:secret',
    'postgresql://u:secret@h:port/db',
    'postgresql://u:secret@h',
    '',
  ])('refuses %s in one line that names the setting and shows no secret', (given) => {
    expect(() => normaliseDatabaseUrl(given)).toThrow(/^DATABASE_URL [^\n]+$/);
    expect(() => normaliseDatabaseUrl(given)).not.toThrow(/secret/);
  });
});
