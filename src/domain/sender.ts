/** Somebody who submits requests. */
export type Sender = {
  readonly id: string;
  readonly displayName: string;
  readonly createdAt: Date;
};
