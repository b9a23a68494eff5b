/** An action whose params take as long to check as they are given, from few bytes: each level of `lit` doubles it. */
export const FUSE = {
  action: 'burn',
  paramsSchema: { properties: { n: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } },
} as const;

/** Params of `FUSE`: with 30 levels they take longer than any budget. */
export const lit = (levels: number): object =>
  Array.from({ length: levels }).reduce<object>((params) => ({ n: params }), {});
