/** A number as JSON writes it: `digits × 10 ** exponent`. */
type Decimal = { readonly digits: bigint; readonly exponent: number };

/** The shortest decimal that reads back as this number, which is what the author or the sender wrote. */
function decimalOf(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/**
 * Whether one number is a multiple of another, as decimals: 19.99 is one of 0.01, which a division of binary
 * fractions denies.
 */
export function isMultipleOf(value: number, divisor: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
  const one = decimalOf(value);
  const other = decimalOf(divisor);
  const exponent = Math.min(one.exponent, other.exponent);
  const scaled = ({ digits, exponent: own }: Decimal) => digits * 10n ** BigInt(own - exponent);
  return scaled(one) % scaled(other) === 0n;
}
