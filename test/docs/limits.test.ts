import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

type Bound = { readonly value: string; readonly name: string; readonly file: string | undefined };

/** Rows of the page: what, how much, set by what, and what happens then. */
const ROW = /^\| [^|]+ \| ([^|]+) \| `(\w+)`(?:, `([\w/.-]+\.ts)`)? \| [^|]+ \|$/gm;
const bounds: readonly Bound[] = [...textOf('docs/limits.md').matchAll(ROW)].map(([, value = '', name = '', file]) => ({
  value,
  name,
  file,
}));
const settings = bounds.filter(({ file }) => file === undefined);
const constants = bounds.filter(({ file }) => file !== undefined);

const UNITS: Readonly<Record<string, number>> = {
  ...{ KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3 },
  ...{ ms: 1, s: 1_000, min: 60_000, h: 3_600_000, days: 86_400_000 },
};
const QUANTITY = /^([\d,.]+)(?: (KiB|MiB|GiB|ms|s|min|h|days)\b)?/;

/** What a quantity is in bytes, milliseconds or pieces. */
function quantityIn(text: string): number {
  const [, number = '', unit] = QUANTITY.exec(text) ?? [];
  return Number(number.replaceAll(',', '').replace(/\.$/, '')) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN));
}

const SUFFIX: Readonly<Record<string, string>> = { SECONDS: 's', HOURS: 'h', DAYS: 'days' };
/** What the unit in a name makes of a plain number. */
const unitOf = (name: string): number => UNITS[SUFFIX[/(SECONDS|HOURS|DAYS)/.exec(name)?.[1] ?? ''] ?? 'ms'] ?? 1;

/** A number as the source has it, with products and quotients; null for what is made of other names. */
const NUMERIC = /^[\d_.]+(?: [*/] [\d_.]+)*$/;
const numberOf = (source: string): number | null =>
  NUMERIC.test(source) ? Number(new Function(`return ${source}`)()) : null;

/** What a file of the source gives to a name. */
const givenIn = (file: string, name: string): number | null => {
  const [, source = ''] = new RegExp(`\\b${name} ?[=:] ?([\\d_. */]+?)(?=[;,\\s}]*(?:[;,}]|$))`, 'm').exec(
    textOf(join('src', file)),
  ) ?? ['', ''];
  return numberOf(source.trim());
};

const refusalOf = (name: string): string => {
  try {
    readConfig({ [name]: '-1.5e30' });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

/** Numbers that bound nothing. */
const NO_BOUNDS = new Set(['PORT', 'METRICS_PORT', 'TRUST_PROXY', 'OTEL_TRACES_SAMPLER_ARG']);
const namesOfSettings = [...textOf('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);

describe('docs/limits.md', () => {
  it('has rows that can be read', () => {
    const lines = textOf('docs/limits.md')
      .split('\n')
      .filter((line) => /^\| (?!What \||--- )/.test(line));
    expect(bounds.length).toBe(lines.length);
    expect(bounds.filter(({ value }) => !Number.isFinite(quantityIn(value)))).toEqual([]);
  });

  it('has each setting that is a bound, once', () => {
    const numbers = namesOfSettings.filter((name) => / number | whole /.test(refusalOf(name)) && !NO_BOUNDS.has(name));
    expect(numbers.length).toBeGreaterThan(40);
    expect(settings.map(({ name }) => name).sort()).toEqual(numbers.sort());
  });

  it.each(settings)('says the default of $name', ({ name, value }) => {
    const [development = '', production = development] = value.split(', in production ');
    const given = (text: string) => String(quantityIn(text) / (/SECONDS|HOURS|DAYS/.test(name) ? unitOf(name) : 1));
    expect(readConfig({ [name]: given(development) })).toEqual(readConfig({}));
    const APP_ENV = 'production';
    expect(readConfig({ APP_ENV, [name]: given(production) })).toEqual(readConfig({ APP_ENV }));
  });

  it.each(constants)('says what $name of $file is', ({ name, file = '', value }) => {
    const ofSource = givenIn(file, name);
    // Rates for which no whole number a minute stands are told in another form.
    const told = value === '10 in a quarter of an hour' ? 10 / 15 : quantityIn(value);
    expect(ofSource === null ? null : ofSource * unitOf(name)).toBe(told);
  });

  it('has each constant of the source that is a bound by its name', () => {
    const listed = new Set(constants.map(({ name, file }) => `${file} ${name}`));
    const ofSource = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('storage/migrations/'))
      .flatMap((file) =>
        [...textOf(join('src', file)).matchAll(/^(?:export )?const ((?:\w+_)?MAX(?:_\w+)?) = (.+);$/gm)]
          .filter(([, , source = '']) => numberOf(source) !== null)
          .map(([, name]) => `${file} ${name}`),
      );
    expect(ofSource.length).toBeGreaterThan(100);
    expect(ofSource.filter((each) => !listed.has(each))).toEqual([]);
  });
});
