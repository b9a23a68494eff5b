/** Fields of the use cases' inputs that are named otherwise on the wire. */
const WIRE_NAMES: Readonly<Record<string, string>> = {
  defaultAction: 'default_action',
  displayName: 'display_name',
  expiresInSeconds: 'expires_in_seconds',
  idempotencyKey: 'Idempotency-Key',
  paramsSchema: 'params_schema',
  whenOffline: 'when_offline',
};

/** Fields whose items are described by us; what is below any other field is the caller's own and keeps its names. */
const LISTS = new Set(['capabilities', 'rules']);

/** `input.capabilities.0.paramsSchema` as a REST client knows it: `capabilities.0.params_schema`. */
export function wirePath(path: string): string {
  const segments = path.replace(/^input\./, '').split('.');
  const isInList = LISTS.has(segments[0] ?? '');
  return segments
    .map((segment, at) => (at === 0 || (at === 2 && isInList) ? (WIRE_NAMES[segment] ?? segment) : segment))
    .join('.');
}

/** `requestId` as REST spells it: `request_id`. */
export const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
