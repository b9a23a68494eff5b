import type { ReactNode } from 'react';

type Props = { readonly label: string; readonly plain?: boolean; readonly children: ReactNode };

/** Text whose lines count. It may scroll, so the keyboard reaches it. */
export function Preformatted({ label, plain = false, children }: Props) {
  const className = plain ? 'json json-plain' : 'json';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section className={className} tabIndex={0} aria-label={label}>
      <pre>{children}</pre>
    </section>
  );
}
