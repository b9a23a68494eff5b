import { Preformatted } from './preformatted.tsx';

/** A JSON value as text, as it came. */
export const Json = ({ value, label }: { readonly value: unknown; readonly label: string }) => (
  <Preformatted label={label}>{JSON.stringify(value, null, 2)}</Preformatted>
);
