import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/**
 * A page's filters, kept in its address, so that a reload and a shared link show the same. Empty ones are left out.
 */
export function useQueryState(): {
  readonly read: (name: string) => string;
  readonly write: (changes: Readonly<Record<string, string>>) => void;
} {
  const [params, setParams] = useSearchParams();
  const read = useCallback((name: string) => params.get(name) ?? '', [params]);
  const write = useCallback(
    (changes: Readonly<Record<string, string>>) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === '') after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      );
    },
    [setParams],
  );
  return { read, write };
}
