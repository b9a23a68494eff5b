/** Whose link it is, and to what. */
export type ApprovalLink = { readonly approvalId: string; readonly approverId: string };

/** Links by which an approver decides about one approval. What a method answers is committed. */
export interface ApprovalLinkStore {
  /**
   * Of those of one approver to one approval the newest `max` count. False where the approver was removed, or the approval is
   * over or gone: then there is no link.
   */
  insert(link: ApprovalLink & { readonly tokenHash: Buffer; readonly createdAt: Date }, max: number): Promise<boolean>;
  /** Null where there is none, and where its approver was removed. Its approval may be over. */
  byHash(tokenHash: Buffer): Promise<ApprovalLink | null>;
}
