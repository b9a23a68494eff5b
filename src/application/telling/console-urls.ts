/** Where the console shows something; null where nobody said what the platform is called by. */
const consoleUrl = (publicUrl: string, path: string): string | null =>
  publicUrl === '' ? null : `${publicUrl}/admin/${path}`;

export const approvalUrl = (publicUrl: string, approvalId: string) => consoleUrl(publicUrl, `approvals/${approvalId}`);

export const agentUrl = (publicUrl: string, handle: string) => consoleUrl(publicUrl, `agents/${handle}`);

/** Where the console shows all approvals. */
export const approvalsUrl = (publicUrl: string): string => `${publicUrl}/admin/approvals`;
