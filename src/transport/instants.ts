const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** What is said of a text that is none. */
export const INSTANT_RULE = 'must be an RFC 3339 instant, such as "2026-01-31T12:00:00Z"';

/** The instant; null for what is none, for days that no month has, and for years that the format cannot write in UTC. */
export function instantOf(text: string): Date | null {
  if (!RFC_3339.test(text)) return null;
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const instant = new Date(text);
  const utcYear = instant.getUTCFullYear();
  // A month's days are what its next one's day 0 is.
  const isDay = day <= new Date(Date.UTC(2_000 + (year % 400), month, 0)).getUTCDate();
  return isDay && utcYear >= 0 && utcYear <= 9_999 ? instant : null;
}
