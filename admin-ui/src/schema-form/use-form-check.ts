import { useEffect, useState } from 'react';
import { hasLongList, ITEMS_MAX } from './form-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** Schemas come from strangers; whoever looks at one may not be kept waiting for longer, in milliseconds. */
const DEADLINE_MS = 1_000;

export type FormCheck = { readonly state: 'checking' | 'shown' } | { readonly state: 'refused'; readonly why: string };

const CHECKING: FormCheck = { state: 'checking' };
const SHOWN: FormCheck = { state: 'shown' };
const refused = (why: string): FormCheck => ({ state: 'refused', why });

const TOO_MANY = refused(`It has more than a form can show; lists in a form have at most ${ITEMS_MAX} items.`);
const TOO_SLOW = refused('Making a form of this schema takes too long.');
const FAILED = refused('No form can be made of this schema.');

/**
 * Whether a form may be shown for a schema and the value that it begins with. It is tried out in a worker, which is ended
 * when it takes too long; the page itself would hang with it.
 */
export function useFormCheck(schema: Json, value: Json): FormCheck {
  const [check, setCheck] = useState<FormCheck>(CHECKING);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed into the form does not take it away
  useEffect(() => {
    if (hasLongList(value)) return setCheck(TOO_MANY);
    setCheck(CHECKING);
    const worker = new Worker(new URL('./form-check.worker.ts', import.meta.url), { type: 'module' });
    let deadline: number | undefined;
    const end = (result: FormCheck) => {
      clearTimeout(deadline);
      worker.terminate();
      setCheck(result);
    };
    worker.onerror = () => end(FAILED);
    worker.onmessage = ({ data }) => {
      if (data === 'ready') {
        // Loading the worker does not count.
        deadline = window.setTimeout(() => end(TOO_SLOW), DEADLINE_MS);
        worker.postMessage({ schema, value });
      } else {
        end(data === 'shown' ? SHOWN : data === 'too many' ? TOO_MANY : FAILED);
      }
    };
    return () => {
      clearTimeout(deadline);
      worker.terminate();
    };
  }, [schema]);
  return check.state === 'shown' && hasLongList(value) ? TOO_MANY : check;
}
