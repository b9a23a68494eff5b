/**
 * What a field, or an object of a type, counts for when an operation is priced, where that is not the usual: in values
 * of some 8 KiB, so that no operation answers or reads more than some 80 MiB. A result may have 1 MiB, but ordinary ones
 * are small and a page ends where its results are 4 MiB: it counts for less than it may have.
 */
export type Counts = {
  /** Values of its own. A field without fields is one unless told otherwise; an object is none besides its fields. */
  readonly values?: number;
  /** Items that a list without a page size is taken for; as many as a page has unless told otherwise. */
  readonly items?: number;
};

/** For the `extensions` of a field or a type. */
export const counts = (as: Counts): { readonly counts: Counts } => ({ counts: as });

/** A list of a few small records, bounded where it is stored: taken for one. */
export const FEW = counts({ items: 1 });

/** What `counts` has said of the field or the type. */
export const countsOf = ({ extensions }: { readonly extensions: object }): Counts =>
  'counts' in extensions ? (extensions.counts as Counts) : {};
