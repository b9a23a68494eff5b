const DAY_MS = 86_400_000;

/** How long a new key may be valid, as choices: in days; empty for as long as the platform gives keys. */
export const LIFETIMES = [
  { value: '', label: 'As the platform’s settings say' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
] as const;

/** The instant at which a key ends that is made now; null where the platform decides. */
export const endOf = (days: string, now: Date): string | null =>
  days === '' ? null : new Date(now.getTime() + Number(days) * DAY_MS).toISOString();

/** How long the former key works on beside the new one, in seconds. */
export const OVERLAPS = [
  { value: '0', label: 'Not at all: it ends now' },
  { value: '3600', label: 'An hour' },
  { value: '86400', label: 'A day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
] as const;
