/** So many requests, and the bytes of their params. */
export type Amount = { readonly requests: number; readonly bytes: number };
