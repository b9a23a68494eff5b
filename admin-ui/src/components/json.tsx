import { Preformatted } from './preformatted.tsx';
import { VisibleText } from './visible-text.tsx';

/** A JSON value as text, as it came. */
export const Json = ({ value, label }: { readonly value: unknown; readonly label: string }) => (
  <Preformatted label={label}>
    {value === undefined ? null : <VisibleText>{JSON.stringify(value, null, 2)}</VisibleText>}
  </Preformatted>
);
