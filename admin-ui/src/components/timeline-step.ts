import type { ComponentType, ReactNode } from 'react';

/** Something that happened to a request, as a timeline shows it. */
export type Step = {
  readonly key: string;
  readonly title: ReactNode;
  readonly icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  readonly color: string;
  readonly at?: string;
  /** Which way it happened. */
  readonly how?: string;
  readonly detail?: ReactNode;
};
