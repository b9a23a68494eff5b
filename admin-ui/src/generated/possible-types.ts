// Printed from the schema by `npm run generate`. Do not edit.
export const POSSIBLE_TYPES: Record<string, string[]> = {
  DomainError: [
    'AdminNotFoundError',
    'AgentNotConnectedError',
    'AgentNotFoundError',
    'ApiKeyNotFoundError',
    'ApprovalNotFoundError',
    'ApproverNotFoundError',
    'BlockedError',
    'HandleTakenError',
    'InvalidInputError',
    'InvitationNotFoundError',
    'RateLimitedError',
    'RegistrationClosedError',
    'RequestFinishedError',
    'RequestNotFoundError',
    'RequestRejectedError',
    'SenderLimitNotFoundError',
    'SenderNotFoundError',
    'SuspendedError',
    'WebhookNotFoundError',
  ],
};
