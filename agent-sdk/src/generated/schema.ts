// Printed from schema/schema.graphql by `npm run generate`. Do not edit.
export const SCHEMA = `input AcknowledgeRequestInput {
  requestId: ID!
}

union AcknowledgeRequestResult = AcknowledgeRequestSuccess | RequestFinishedError | RequestNotFoundError | SuspendedError

type AcknowledgeRequestSuccess {
  request: Request!
}

type Admin {
  id: ID
  name: String!
}

type AdminAccount {
  createdAt: DateTime!
  hasTotp: Boolean!
  id: ID!
  isComplete: Boolean!
  name: String!
  passkeys: [Passkey!]!
}

type AdminNotFoundError implements DomainError {
  message: String!
}

type Agent {
  apiKeys: [ApiKey!]!
  approvalSettings: ApprovalSettings!
  approvers(managed: Boolean): [Approver!]!
  capabilities: CapabilityContract
  capabilityHistory(after: String, before: String, first: Int, last: Int): AgentCapabilityHistoryConnection!
  channels: [Channel!]!
  createdAt: DateTime!
  description: String
  displayName: String!
  handle: String!
  id: ID!
  keysManage: Boolean!
  lastHeartbeatAt: DateTime
  limits: AgentLimits
  owner: Owner
  policies: PolicySet
  policyHistory(after: String, before: String, first: Int, last: Int): AgentPolicyHistoryConnection!
  quarantines: [Quarantine!]!
  rejectionsNotKept(since: DateTime!): [RejectionsNotKept!]!
  requests(after: String, before: String, first: Int, last: Int, status: [RequestStatus!]): AgentRequestsConnection!
  senderLimits(after: String, before: String, first: Int, last: Int): AgentSenderLimitsConnection!
  status: AgentStatus!
  storage: AgentStorage!
  suspension: Suspension
  updatedAt: DateTime!
  webhooks: [WebhookEndpoint!]!
}

type AgentCapabilityHistoryConnection {
  edges: [AgentCapabilityHistoryConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type AgentCapabilityHistoryConnectionEdge {
  cursor: String!
  node: CapabilityContract!
}

union AgentChannelEvent = RequestCancel | RequestReceived

type AgentLimits {
  openPerSender: Int
  perDay: Int
  perMinute: Int
  perSenderPerDay: Int
  perSenderPerMinute: Int
  version: Int!
}

input AgentLimitsInput {
  agentId: ID!
  openPerSender: Int
  perDay: Int
  perMinute: Int
  perSenderPerDay: Int
  perSenderPerMinute: Int
}

type AgentNotConnectedError implements DomainError {
  message: String!
}

type AgentNotFoundError implements DomainError {
  handle: String!
  message: String!
}

enum AgentOrder {
  FAILURES
  HANDLE
  LAST_HEARTBEAT
  NAME
  NEWEST
  REQUESTS
}

type AgentPolicyHistoryConnection {
  edges: [AgentPolicyHistoryConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type AgentPolicyHistoryConnectionEdge {
  cursor: String!
  node: PolicySet!
}

type AgentQuarantinedError implements DomainError {
  message: String!
  retryAfterSeconds: Float!
}

type AgentRequestsConnection {
  edges: [AgentRequestsConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type AgentRequestsConnectionEdge {
  cursor: String!
  node: Request!
}

type AgentSenderLimitsConnection {
  edges: [AgentSenderLimitsConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type AgentSenderLimitsConnectionEdge {
  cursor: String!
  node: SenderLimit!
}

enum AgentStatus {
  ACTIVE
  INACTIVE
}

type AgentStatusChanged {
  agent: Agent!
  at: DateTime!
}

type AgentStorage {
  auditEntries: Float!
  bytes: Float!
  countedAt: DateTime
  maxBytes: Float
  sentBytes: Float!
  sentMaxBytes: Float
}

type AgentSummary {
  agent: Agent!
  failures: Int!
  requests: Int!
}

type AgentSummaryPage {
  rows: [AgentSummary!]!
  totalCount: Int!
}

type ApiKey {
  createdAt: DateTime!
  expiresAt: DateTime
  id: ID!
  isLimited: Boolean!
  kind: ApiKeyKind!
  label: String
  lastUsedAt: DateTime
  prefix: String!
  revokedAt: DateTime
  scopes: [String!]!
}

enum ApiKeyKind {
  AGENT
  APPROVER
  OWNER
  SENDER
}

type ApiKeyNotFoundError implements DomainError {
  message: String!
}

type Approval {
  agent: Agent
  contractVersion: Int!
  createdAt: DateTime!
  decisions: [ApprovalDecision!]!
  digest: String!
  effectiveParams: JSONObject
  expiresAt: DateTime!
  holdReasons: [HoldReason!]!
  id: ID!
  isEditable: Boolean!
  mayDecide: Boolean!
  mayEdit: Boolean!
  policyVersion: Int!
  quorum: Int!
  request: Request!
  resolvedAt: DateTime
  revision: Int!
  sender: SenderProfile!
  status: ApprovalStatus!
  suggestedRule(remember: RememberInput): PolicyRule
  toSender: String
}

type ApprovalChangedError implements DomainError {
  digest: String!
  message: String!
}

type ApprovalDecidedError implements DomainError {
  message: String!
  status: ApprovalStatus!
}

union ApprovalDecider = Admin | Approver | Owner

type ApprovalDecision {
  at: DateTime!
  by: ApprovalDecider!
  comment: String
  verdict: ApprovalVerdict!
  via: ApprovalRoute!
}

type ApprovalNotFoundError implements DomainError {
  message: String!
}

enum ApprovalRoute {
  CONSOLE
  GRAPHQL
  LINK
  REST
}

type ApprovalSettings {
  allowEdits: Boolean!
  denyCoolDownSeconds: Int!
  notify: [ID!]
  pendingPerSenderMax: Int!
  perSenderPerHour: Int!
  preventSelfApproval: Boolean!
  quorum: Int!
  version: Int!
  windowSeconds: Int!
}

input ApprovalSettingsInput {
  agentId: ID!
  allowEdits: Boolean
  denyCoolDownSeconds: Int
  notify: [ID!]
  pendingPerSenderMax: Int
  perSenderPerHour: Int
  preventSelfApproval: Boolean
  quorum: Int
  windowSeconds: Int
}

enum ApprovalStatus {
  APPROVED
  CANCELLED
  DENIED
  EXPIRED
  PENDING
  REJECTED
}

enum ApprovalVerdict {
  APPROVE
  DENY
}

type Approver {
  actions: [String!]
  agents: [Agent!]!
  apiKeys: [ApiKey!]!
  createdAt: DateTime!
  displayName: String!
  email: String
  id: ID!
  removedAt: DateTime
}

type ApproverNotFoundError implements DomainError {
  message: String!
}

type AuditActor {
  id: String
  keyId: ID
  kind: String!
}

type AuditChain {
  agent: AuditLink
  sender: AuditLink
}

type AuditCheckpoint {
  at: DateTime!
  note: String!
  root: String!
  size: BigInt!
}

type AuditEntry {
  actor: AuditActor!
  agent: Agent
  agentId: ID
  at: DateTime!
  canonical: String
  chain: AuditChain
  data: JSONObject!
  details: JSONObject
  id: ID!
  index: BigInt
  isSealed: Boolean!
  node: String
  requestId: ID
  senderId: ID
  subject: AuditSubject!
  type: String!
}

type AuditHead {
  audience: ID!
  canonical: String!
  leaf: String!
  n: Int!
  path: [String!]!
  place: Int!
}

type AuditHeads {
  at: DateTime!
  canonical: String!
  heads: [AuditHead!]!
  proof: String!
  size: BigInt!
}

type AuditKey {
  isCurrent: Boolean!
  key: String!
}

type AuditLink {
  n: Int!
  prev: String
}

type AuditSubject {
  id: String
  kind: String!
}

scalar BigInt

type BlockedError implements DomainError {
  message: String!
}

input CancelRequestInput {
  reason: String
  requestId: ID!
}

union CancelRequestResult = CancelRequestSuccess | InvalidInputError | RequestFinishedError | RequestNotFoundError

type CancelRequestSuccess {
  request: Request!
}

type Capability {
  action: String!
  constraints: JSONObject!
  description: String
  hints: CapabilityHints!
  paramsSchema: JSONObject!
  resultFormat: ResultFormat!
  resultSchema: JSONObject
  textParam: String
  title: String
}

type CapabilityContract {
  capabilities: [Capability!]!
  createdAt: DateTime!
  id: ID!
  isActive: Boolean!
  version: Int!
}

type CapabilityHints {
  destructive: Boolean
  idempotent: Boolean
  openWorld: Boolean
  readOnly: Boolean
}

input CapabilityHintsInput {
  destructive: Boolean
  idempotent: Boolean
  openWorld: Boolean
  readOnly: Boolean
}

input CapabilityInput {
  action: String!
  constraints: JSONObject
  description: String
  hints: CapabilityHintsInput
  paramsSchema: JSONObject
  resultFormat: ResultFormat
  resultSchema: JSONObject
  textParam: String
  title: String
}

type Channel {
  id: ID!
  nodeId: ID!
  openRequests: Int!
  openedAt: DateTime!
  transport: ChannelTransport!
}

enum ChannelTransport {
  GRAPHQL
  WEBSOCKET
}

input CompleteRequestInput {
  requestId: ID!
  result: JSON
}

union CompleteRequestResult = CompleteRequestSuccess | InvalidInputError | InvalidResultError | RequestFinishedError | RequestNotFoundError | SuspendedError

type CompleteRequestSuccess {
  request: Request!
}

input CreateAdminInput {
  name: String!
}

union CreateAdminResult = CreateAdminSuccess | InvalidInputError

type CreateAdminSuccess {
  admin: AdminAccount!
  setupUrl: String!
}

input CreateApiKeyInput {
  agentId: ID
  approverId: ID
  expiresAt: DateTime
  label: String
  ownerId: ID
  scopes: [String!]
  senderId: ID
}

union CreateApiKeyResult = CreateApiKeySuccess | InvalidInputError | RateLimitedError

type CreateApiKeySuccess {
  apiKey: String!
  key: ApiKey!
}

input CreateApprovalLinkInput {
  approvalId: ID!
  approverId: ID!
}

union CreateApprovalLinkResult = ApprovalNotFoundError | ApproverNotFoundError | CreateApprovalLinkSuccess

type CreateApprovalLinkSuccess {
  expiresAt: DateTime!
  url: String!
}

input CreateApproverInput {
  actions: [String!]
  agentIds: [ID!]!
  displayName: String!
  email: String
}

union CreateApproverResult = AgentNotFoundError | CreateApproverSuccess | InvalidInputError | RateLimitedError

type CreateApproverSuccess {
  apiKey: String!
  approver: Approver!
}

input CreateInvitationInput {
  expiresAt: DateTime!
  uses: Int!
}

union CreateInvitationResult = CreateInvitationSuccess | InvalidInputError

type CreateInvitationSuccess {
  code: String!
  invitation: Invitation!
}

scalar DateTime

input DecideApprovalInput {
  approvalId: ID!
  comment: String
  digest: String!
  params: JSONObject
  remember: RememberInput
  toSender: String
  verdict: ApprovalVerdict!
}

union DecideApprovalResult = AgentQuarantinedError | ApprovalChangedError | ApprovalDecidedError | ApprovalNotFoundError | DecideApprovalSuccess | InvalidInputError | RateLimitedError | RequestRejectedError

type DecideApprovalSuccess {
  approval: Approval!
  policySet: PolicySet
  rememberedRule: PolicyRule
}

input DeleteAgentInput {
  agentId: ID!
}

union DeleteAgentResult = AgentNotFoundError | DeleteAgentSuccess

type DeleteAgentSuccess {
  agentId: ID!
}

type Delivery {
  ackedAt: DateTime
  attempt: Int!
  channelId: ID!
  deliveredAt: DateTime!
  nodeId: ID!
}

enum DenialKind {
  APPROVAL_DENIED
  BLOCKED
  BROKEN_CONSTRAINT
  BUSY
  INVALID_PARAMS
  INVALID_RESULT
  NO_CONTRACT
  POLICY
  STAGE_FAILED
  UNKNOWN_ACTION
}

interface DomainError {
  message: String!
}

input DryRunInput {
  action: String!
  handle: String!
  params: JSONObject
  senderId: ID
}

enum DryRunOutcome {
  DENIED
  HELD
  PASSED
}

union DryRunResult = AgentNotFoundError | AgentQuarantinedError | DryRunSuccess | InvalidInputError

type DryRunSuccess {
  outcome: DryRunOutcome!
  stages: [StageResult!]!
}

input FailRequestInput {
  code: String
  message: String!
  requestId: ID!
}

union FailRequestResult = FailRequestSuccess | InvalidInputError | RequestFinishedError | RequestNotFoundError | SuspendedError

type FailRequestSuccess {
  request: Request!
}

type HandleTakenError implements DomainError {
  handle: String!
  message: String!
}

type HoldReason {
  reason: String!
  rule: Int
  stage: String!
}

type InputIssue {
  message: String!
  path: String!
}

type InvalidInputError implements DomainError {
  issues: [InputIssue!]!
  message: String!
}

type InvalidResultError implements DomainError {
  issues: [InputIssue!]!
  message: String!
}

type Invitation {
  createdAt: DateTime!
  createdBy: String!
  expiresAt: DateTime!
  id: ID!
  revokedAt: DateTime
  uses: Int!
  usesLeft: Int!
}

type InvitationNotFoundError implements DomainError {
  message: String!
}

input IssueOwnerKeyInput {
  agentId: ID!
}

union IssueOwnerKeyResult = AgentNotFoundError | InvalidInputError | IssueOwnerKeySuccess | RateLimitedError

type IssueOwnerKeySuccess {
  owner: Owner!
  ownerKey: String!
}

scalar JSON

scalar JSONObject

type LatencyPercentiles {
  count: Int!
  p50: Float
  p90: Float
  p95: Float
  p99: Float
}

input LiftQuarantineInput {
  agentId: ID!
  reason: String
}

union LiftQuarantineResult = AgentNotFoundError | InvalidInputError | LiftQuarantineSuccess

type LiftQuarantineSuccess {
  agent: Agent!
}

type LimitState {
  policy: String!
  quota: Int!
  remaining: Int!
  resetSeconds: Int!
  windowSeconds: Int!
}

type Mutation {
  acknowledgeRequest(input: AcknowledgeRequestInput!): AcknowledgeRequestResult!
  cancelRequest(input: CancelRequestInput!): CancelRequestResult!
  completeRequest(input: CompleteRequestInput!): CompleteRequestResult!
  createAdmin(input: CreateAdminInput!): CreateAdminResult!
  createApiKey(input: CreateApiKeyInput!): CreateApiKeyResult!
  createApprovalLink(input: CreateApprovalLinkInput!): CreateApprovalLinkResult!
  createApprover(input: CreateApproverInput!): CreateApproverResult!
  createInvitation(input: CreateInvitationInput!): CreateInvitationResult!
  decideApproval(input: DecideApprovalInput!): DecideApprovalResult!
  deleteAgent(input: DeleteAgentInput!): DeleteAgentResult!
  failRequest(input: FailRequestInput!): FailRequestResult!
  issueOwnerKey(input: IssueOwnerKeyInput!): IssueOwnerKeyResult!
  liftQuarantine(input: LiftQuarantineInput!): LiftQuarantineResult!
  publishCapabilities(input: PublishCapabilitiesInput!): PublishCapabilitiesResult!
  publishPolicies(input: PublishPoliciesInput!): PublishPoliciesResult!
  registerAgent(input: RegisterAgentInput!): RegisterAgentResult!
  registerSender(input: RegisterSenderInput!): RegisterSenderResult!
  releaseHandle(input: ReleaseHandleInput!): ReleaseHandleResult!
  removeAdmin(input: RemoveAdminInput!): RemoveAdminResult!
  removeApprover(input: RemoveApproverInput!): RemoveApproverResult!
  removeSenderLimit(input: RemoveSenderLimitInput!): RemoveSenderLimitResult!
  removeWebhook(input: RemoveWebhookInput!): RemoveWebhookResult!
  reportProgress(input: ReportProgressInput!): ReportProgressResult!
  resumeAgent(input: ResumeInput!): ResumeAgentResult!
  resumeSender(input: ResumeInput!): ResumeSenderResult!
  revokeApiKey(input: RevokeApiKeyInput!): RevokeApiKeyResult!
  revokeInvitation(input: RevokeInvitationInput!): RevokeInvitationResult!
  rotateApiKey(input: RotateApiKeyInput!): RotateApiKeyResult!
  setAgentLimits(input: AgentLimitsInput!): SetAgentLimitsResult!
  setApprovalSettings(input: ApprovalSettingsInput!): SetApprovalSettingsResult!
  setSenderLimit(input: SenderLimitInput!): SetSenderLimitResult!
  setWebhook(input: WebhookInput!): SetWebhookResult!
  submitRequest(input: SubmitRequestInput!): SubmitRequestResult!
  submitTestRequest(input: SubmitTestRequestInput!): SubmitTestRequestResult!
  suspendAgent(input: SuspendInput!): SuspendAgentResult!
  suspendSender(input: SuspendInput!): SuspendSenderResult!
  testWebhook(input: TestWebhookInput!): TestWebhookResult!
  updateAgent(input: UpdateAgentInput!): UpdateAgentResult!
}

type Overview {
  buckets: [OverviewBucket!]!
  latency: LatencyPercentiles!
  rejections(first: Int = 10): [RejectionCount!]!
  storage: PlatformStorage!
  totals: PlatformTotals!
}

type OverviewBucket {
  byStatus: [StatusCount!]!
  from: DateTime!
  latency: LatencyPercentiles!
}

type Owner {
  agents(after: String, before: String, first: Int, last: Int): OwnerAgentsConnection!
  apiKeys: [ApiKey!]!
  approvers: [Approver!]!
  id: ID!
  storage: StorageUse!
}

type OwnerAgentsConnection {
  edges: [OwnerAgentsConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type OwnerAgentsConnectionEdge {
  cursor: String!
  node: Agent!
}

type PageInfo {
  endCursor: String
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
}

type PairHistory {
  completed: Int!
  denied: Int!
  first: DateTime
  last: DateTime
  rejected: Int!
}

type Passkey {
  createdAt: DateTime!
  id: String!
  label: String!
  lastUsedAt: DateTime
}

union PlatformActivity = AgentStatusChanged | RequestStatusChanged

type PlatformStorage {
  countedAt: DateTime
  kinds: [StoredPart!]!
  largest(first: Int = 10): [StorageHolder!]!
  maxBytes: Float
  part: Float!
}

type PlatformTotals {
  agents: Int!
  agentsOnline: Int!
  channels: Int!
  openRequests: Int!
}

enum PolicyAction {
  ALLOW
  REJECT
  REQUIRE_APPROVAL
  WAIVE_APPROVAL
}

union PolicyReplayResult = AgentNotFoundError | InvalidInputError | PolicyReplaySuccess | RateLimitedError

type PolicyReplaySuccess {
  changed: [ReplayChange!]!
  evaluated: Int!
  truncated: Boolean!
  withoutParams: Int!
}

type PolicyRule {
  action: PolicyAction!
  cel: String
  condition: String
  expiresAt: DateTime
  madeFrom: ID
  onlyParams: [String!]
  reason: String
}

input PolicyRuleInput {
  action: PolicyAction!
  cel: String
  condition: String
  expiresAt: DateTime
  madeFrom: ID
  onlyParams: [String!]
  reason: String
}

type PolicySet {
  createdAt: DateTime!
  defaultAction: PolicyAction!
  id: ID!
  isActive: Boolean!
  rules: [PolicyRule!]!
  version: Int!
}

input PublishCapabilitiesInput {
  agentId: ID!
  capabilities: [CapabilityInput!]!
  check: Boolean
}

union PublishCapabilitiesResult = AgentNotFoundError | InvalidInputError | PublishCapabilitiesSuccess | RateLimitedError

type PublishCapabilitiesSuccess {
  contract: CapabilityContract
  issues: [InputIssue!]!
  warnings: [InputIssue!]!
}

input PublishPoliciesInput {
  agentId: ID!
  check: Boolean
  defaultAction: PolicyAction
  rules: [PolicyRuleInput!]!
}

union PublishPoliciesResult = AgentNotFoundError | InvalidInputError | PublishPoliciesSuccess | RateLimitedError

type PublishPoliciesSuccess {
  issues: [InputIssue!]!
  policySet: PolicySet
  warnings: [InputIssue!]!
}

type Quarantine {
  at: DateTime!
  document: QuarantinedDocument!
  until: DateTime!
  version: Int!
}

enum QuarantinedDocument {
  CONTRACT
  POLICIES
}

type Query {
  admins: [AdminAccount!]!
  agent(handle: String, id: ID): Agent
  agentSummaries(action: String, descending: Boolean = true, orderBy: AgentOrder = NEWEST, page: Int = 1, pageSize: Int = 20, search: String, since: DateTime!, status: AgentStatus): AgentSummaryPage!
  agents(action: String, after: String, before: String, first: Int, last: Int, search: String, status: AgentStatus): QueryAgentsConnection!
  approval(id: ID!): Approval
  approvals(after: String, agentId: ID, before: String, first: Int, last: Int, status: [ApprovalStatus!]): QueryApprovalsConnection!
  auditCheckpoint: AuditCheckpoint!
  auditConsistency(from: BigInt!, to: BigInt!): [String!]!
  auditEntries(after: String, agentId: ID, before: String, first: Int, from: DateTime, last: Int, requestId: ID, to: DateTime, type: [String!]): QueryAuditEntriesConnection!
  auditHeads(agentId: ID): AuditHeads!
  auditKeys: [AuditKey!]!
  auditProof(entryId: ID!): String!
  dryRun(input: DryRunInput!): DryRunResult!
  invitations: [Invitation!]!
  overview(buckets: Int = 48, from: DateTime!, to: DateTime!): Overview!
  policyReplay(agentId: ID!, defaultAction: PolicyAction, first: Int, rules: [PolicyRuleInput!]!): PolicyReplayResult!
  registrationChallenge: RegistrationChallenge
  request(id: ID!): Request
  requests(action: String, after: String, before: String, contextId: String, first: Int, handle: String, last: Int, orderBy: RequestOrder = NEWEST, senderId: ID, status: [RequestStatus!], submittedBefore: DateTime, submittedFrom: DateTime): QueryRequestsConnection!
  restingHandles(beginning: String): [RestingHandle!]!
  sender(id: ID!): Sender
  senders(after: String, before: String, first: Int, last: Int, search: String, suspended: Boolean): QuerySendersConnection!
  viewer: Viewer
}

type QueryAgentsConnection {
  edges: [QueryAgentsConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type QueryAgentsConnectionEdge {
  cursor: String!
  node: Agent!
}

type QueryApprovalsConnection {
  edges: [QueryApprovalsConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type QueryApprovalsConnectionEdge {
  cursor: String!
  node: Approval!
}

type QueryAuditEntriesConnection {
  edges: [QueryAuditEntriesConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type QueryAuditEntriesConnectionEdge {
  cursor: String!
  node: AuditEntry!
}

type QueryRequestsConnection {
  edges: [QueryRequestsConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type QueryRequestsConnectionEdge {
  cursor: String!
  node: Request!
}

type QuerySendersConnection {
  edges: [QuerySendersConnectionEdge!]!
  isTotalCountExact: Boolean!
  pageInfo: PageInfo!
  totalCount: Int!
}

type QuerySendersConnectionEdge {
  cursor: String!
  node: Sender!
}

type RateLimitedError implements DomainError {
  message: String!
  retryAfterSeconds: Float!
  violatedPolicies: [String!]!
}

input RegisterAgentInput {
  description: String
  displayName: String!
  handle: String!
  invitation: String
  ownerId: ID
  proofOfWork: String
}

union RegisterAgentResult = HandleTakenError | InvalidInputError | RateLimitedError | RegisterAgentSuccess | RegistrationClosedError | WorkRequiredError

type RegisterAgentSuccess {
  agent: Agent!
  apiKey: String!
  ownerKey: String
}

input RegisterSenderInput {
  displayName: String!
  invitation: String
  proofOfWork: String
}

union RegisterSenderResult = InvalidInputError | RateLimitedError | RegisterSenderSuccess | RegistrationClosedError | WorkRequiredError

type RegisterSenderSuccess {
  apiKey: String!
  sender: Sender!
}

type RegistrationChallenge {
  bits: Int!
  challenge: String!
  expiresAt: DateTime!
}

type RegistrationClosedError implements DomainError {
  message: String!
}

type RejectionCount {
  count: Int!
  reason: String!
  stage: String!
}

type RejectionsNotKept {
  count: Int!
  senderId: ID!
  stage: String!
}

input ReleaseHandleInput {
  handle: String!
}

union ReleaseHandleResult = InvalidInputError | ReleaseHandleSuccess

type ReleaseHandleSuccess {
  handle: String!
}

enum RememberAs {
  ANY
  BOUND
  VALUE
}

input RememberInput {
  expiresAt: DateTime
  params: [RememberParamInput!]!
}

input RememberParamInput {
  as: RememberAs!
  field: String!
  max: Float
  min: Float
}

input RemoveAdminInput {
  adminId: ID!
}

union RemoveAdminResult = AdminNotFoundError | InvalidInputError | RemoveAdminSuccess

type RemoveAdminSuccess {
  admin: AdminAccount!
}

input RemoveApproverInput {
  approverId: ID!
}

union RemoveApproverResult = ApproverNotFoundError | RemoveApproverSuccess

type RemoveApproverSuccess {
  approver: Approver!
  warnings: [InputIssue!]!
}

input RemoveSenderLimitInput {
  agentId: ID!
  senderId: ID!
}

union RemoveSenderLimitResult = RemoveSenderLimitSuccess | SenderLimitNotFoundError

type RemoveSenderLimitSuccess {
  senderLimit: SenderLimit!
}

input RemoveWebhookInput {
  agentId: ID!
  name: String!
}

union RemoveWebhookResult = RemoveWebhookSuccess | WebhookNotFoundError

type RemoveWebhookSuccess {
  endpoint: WebhookEndpoint!
}

type ReplayChange {
  action: String!
  after: ReplayOutcome!
  before: ReplayOutcome!
  reason: String
  requestId: ID!
}

enum ReplayOutcome {
  HELD
  PASSED
  REJECTED
}

input ReportProgressInput {
  message: String
  requestId: ID!
  total: Float
  value: Float!
}

union ReportProgressResult = InvalidInputError | ReportProgressSuccess | RequestFinishedError | RequestNotFoundError | SuspendedError

type ReportProgressSuccess {
  progress: RequestProgress!
}

type Request {
  action: String!
  agent: Agent
  approval: RequestApproval
  attempts: Int!
  contextId: String
  contractId: ID
  createdAt: DateTime!
  deliveries: [Delivery!]!
  effectiveParams: JSONObject
  error: RequestFailure
  expiresAt: DateTime!
  handle: String!
  id: ID!
  outcomeAttempt: Int
  params: JSONObject!
  paramsRemoved: Boolean!
  pipelineLog: [StageResult!]!
  progress: RequestProgress
  result: JSON
  senderId: ID!
  senderName: String
  status: RequestStatus!
  traceContext: String
  updatedAt: DateTime!
}

type RequestApproval {
  approval: Approval
  expiresAt: DateTime!
  status: ApprovalStatus!
  toSender: String
}

type RequestCancel {
  reason: String!
  requestId: ID!
}

type RequestFailure {
  code: String!
  message: String!
}

type RequestFinishedError implements DomainError {
  message: String!
  status: RequestStatus!
}

type RequestNotFoundError implements DomainError {
  message: String!
}

enum RequestOrder {
  NEWEST
  UPDATED
}

type RequestProgress {
  message: String
  total: Float
  value: Float!
}

type RequestReceived {
  action: String!
  attempt: Int!
  contextId: String
  expiresAt: DateTime!
  params: JSONObject!
  requestId: ID!
  senderId: ID!
  traceparent: String
  tracestate: String
}

type RequestRejectedError implements DomainError {
  issues: [InputIssue!]!
  kept: Boolean!
  kind: DenialKind
  message: String!
  reason: String!
  requestId: ID!
  stage: String!
}

enum RequestStatus {
  ACKED
  AWAITING_APPROVAL
  CANCELLED
  COMPLETED
  DISPATCHED
  FAILED
  PENDING
  REJECTED
  TIMEOUT
}

type RequestStatusChanged {
  at: DateTime!
  request: Request!
}

type RestingHandle {
  freedAt: DateTime!
  handle: String!
  owner: Owner
  restsUntil: DateTime!
}

enum ResultFormat {
  CONTENT
  JSON
}

union ResumeAgentResult = AgentNotFoundError | InvalidInputError | ResumeAgentSuccess

type ResumeAgentSuccess {
  agent: Agent!
}

input ResumeInput {
  id: ID!
  reason: String
}

union ResumeSenderResult = InvalidInputError | ResumeSenderSuccess | SenderNotFoundError

type ResumeSenderSuccess {
  sender: Sender!
}

input RevokeApiKeyInput {
  apiKeyId: ID!
}

union RevokeApiKeyResult = ApiKeyNotFoundError | RevokeApiKeySuccess

type RevokeApiKeySuccess {
  key: ApiKey!
  warnings: [InputIssue!]!
}

input RevokeInvitationInput {
  invitationId: ID!
}

union RevokeInvitationResult = InvitationNotFoundError | RevokeInvitationSuccess

type RevokeInvitationSuccess {
  invitation: Invitation!
}

input RotateApiKeyInput {
  apiKeyId: ID!
  overlapSeconds: Int
}

union RotateApiKeyResult = ApiKeyNotFoundError | InvalidInputError | RateLimitedError | RotateApiKeySuccess

type RotateApiKeySuccess {
  apiKey: String!
  former: ApiKey!
  key: ApiKey!
}

type Sender {
  apiKeys: [ApiKey!]!
  createdAt: DateTime!
  displayName: String!
  id: ID!
  limits(handle: String): [LimitState!]!
  storage: StorageUse!
  suspension: Suspension
}

enum SenderKind {
  AGENT
  SENDER
}

type SenderLimit {
  blocked: Boolean!
  open: Int
  perDay: Int
  perMinute: Int
  reason: String
  senderId: ID!
  senderName: String
  updatedAt: DateTime!
}

input SenderLimitInput {
  agentId: ID!
  blocked: Boolean
  open: Int
  perDay: Int
  perMinute: Int
  reason: String
  senderId: ID!
}

type SenderLimitNotFoundError implements DomainError {
  message: String!
}

type SenderNotFoundError implements DomainError {
  message: String!
}

type SenderProfile {
  displayName: String
  history: PairHistory!
  id: ID!
  isBlocked: Boolean!
  kind: SenderKind!
  registeredAt: DateTime
}

union SetAgentLimitsResult = AgentNotFoundError | InvalidInputError | RateLimitedError | SetAgentLimitsSuccess

type SetAgentLimitsSuccess {
  limits: AgentLimits!
}

union SetApprovalSettingsResult = AgentNotFoundError | InvalidInputError | RateLimitedError | SetApprovalSettingsSuccess

type SetApprovalSettingsSuccess {
  settings: ApprovalSettings!
}

union SetSenderLimitResult = AgentNotFoundError | InvalidInputError | RateLimitedError | SetSenderLimitSuccess

type SetSenderLimitSuccess {
  senderLimit: SenderLimit!
}

union SetWebhookResult = AgentNotFoundError | InvalidInputError | RateLimitedError | SetWebhookSuccess

type SetWebhookSuccess {
  endpoint: WebhookEndpoint!
  secret: String!
}

type StageResult {
  detail: String
  durationMs: Float!
  issues: [InputIssue!]!
  kind: DenialKind
  passed: Boolean!
  reason: String
  stage: String!
}

type StatusCount {
  count: Int!
  status: RequestStatus!
}

type StorageHolder {
  bytes: Float!
  id: ID!
  kind: StorageHolderKind!
  maxBytes: Float
}

enum StorageHolderKind {
  AGENT
  OWNER
  SENDER
}

type StorageUse {
  bytes: Float!
  countedAt: DateTime
  maxBytes: Float
}

type StoredPart {
  bytes: Float!
  kind: String!
  rows: Float!
}

input SubmitRequestInput {
  action: String!
  contextId: String
  expectedAgentId: ID
  expiresInSeconds: Int
  handle: String!
  idempotencyKey: String
  params: JSONObject
  whenOffline: WhenOffline
}

union SubmitRequestResult = AgentNotConnectedError | AgentNotFoundError | AgentQuarantinedError | BlockedError | InvalidInputError | RateLimitedError | RequestRejectedError | SubmitRequestSuccess | SuspendedError

type SubmitRequestSuccess {
  replayed: Boolean!
  request: Request!
}

input SubmitTestRequestInput {
  action: String!
  contextId: String
  expectedAgentId: ID
  expiresInSeconds: Int
  handle: String!
  params: JSONObject
  whenOffline: WhenOffline
}

union SubmitTestRequestResult = AgentNotConnectedError | AgentNotFoundError | AgentQuarantinedError | BlockedError | InvalidInputError | RateLimitedError | RequestRejectedError | SubmitTestRequestSuccess | SuspendedError

type SubmitTestRequestSuccess {
  request: Request!
}

type Subscription {
  agentChannel: AgentChannelEvent!
  approvalActivity(agentId: ID): Approval!
  platformActivity: PlatformActivity!
  requestUpdates(requestId: ID!): Request!
}

union SuspendAgentResult = AgentNotFoundError | InvalidInputError | SuspendAgentSuccess

type SuspendAgentSuccess {
  agent: Agent!
}

input SuspendInput {
  id: ID!
  reason: String!
}

union SuspendSenderResult = InvalidInputError | SenderNotFoundError | SuspendSenderSuccess

type SuspendSenderSuccess {
  sender: Sender!
}

type SuspendedError implements DomainError {
  message: String!
}

type Suspension {
  at: DateTime!
  by: String!
  reason: String!
}

input TestWebhookInput {
  agentId: ID!
  name: String!
}

union TestWebhookResult = RateLimitedError | TestWebhookSuccess | WebhookNotFoundError

type TestWebhookSuccess {
  endpoint: WebhookEndpoint!
}

input UpdateAgentInput {
  agentId: ID!
  agentKeysManage: Boolean
  description: String
  displayName: String
}

union UpdateAgentResult = AgentNotFoundError | InvalidInputError | RateLimitedError | UpdateAgentSuccess

type UpdateAgentSuccess {
  agent: Agent!
}

union Viewer = Admin | Agent | Approver | Owner | Sender

type WebhookEndpoint {
  createdAt: DateTime!
  disabledAt: DateTime
  events: [WebhookEvent!]!
  id: ID!
  includesParams: Boolean!
  lastAt: DateTime
  lastError: String
  lastStatus: Int
  name: String!
  url: String!
}

enum WebhookEvent {
  AGENT_QUARANTINED
  APPROVAL_REMINDER
  APPROVAL_REQUESTED
  APPROVAL_RESOLVED
}

input WebhookInput {
  agentId: ID!
  events: [WebhookEvent!]!
  includesParams: Boolean
  name: String!
  url: String!
}

type WebhookNotFoundError implements DomainError {
  message: String!
}

enum WhenOffline {
  QUEUE
  REJECT
}

type WorkRequiredError implements DomainError {
  bits: Int!
  challenge: String!
  message: String!
}`;
