import {
  IconChartHistogram,
  IconFileCheck,
  IconFlask,
  IconKey,
  IconRobot,
  IconTicket,
  IconTransfer,
  IconUserCheck,
  IconUserShield,
  IconUsers,
} from '@tabler/icons-react';
import { lazy, type ReactNode } from 'react';
import { Redirect } from 'wouter';
import { AgentsPage } from './pages/agents-page.tsx';
import type { Role } from './viewer.tsx';

const AgentPage = lazy(() => import('./pages/agent-page.tsx').then((page) => ({ default: page.AgentPage })));
const ApprovalsPage = lazy(() =>
  import('./pages/approvals-page.tsx').then((page) => ({ default: page.ApprovalsPage })),
);
const RequestsPage = lazy(() => import('./pages/requests-page.tsx').then((page) => ({ default: page.RequestsPage })));
const RequestPage = lazy(() => import('./pages/request-page.tsx').then((page) => ({ default: page.RequestPage })));
const OwnKeysPage = lazy(() => import('./pages/own-keys-page.tsx').then((page) => ({ default: page.OwnKeysPage })));
const TryPage = lazy(() => import('./pages/try-page.tsx').then((page) => ({ default: page.TryPage })));
const OverviewPage = lazy(() => import('./pages/overview-page.tsx').then((page) => ({ default: page.OverviewPage })));
const SendersPage = lazy(() => import('./pages/senders-page.tsx').then((page) => ({ default: page.SendersPage })));
const SenderPage = lazy(() => import('./pages/sender-page.tsx').then((page) => ({ default: page.SenderPage })));
const AuditPage = lazy(() => import('./pages/audit-page.tsx').then((page) => ({ default: page.AuditPage })));
const InvitationsPage = lazy(() =>
  import('./pages/invitations-page.tsx').then((page) => ({ default: page.InvitationsPage })),
);
const ApprovalPage = lazy(() => import('./pages/approval-page.tsx').then((page) => ({ default: page.ApprovalPage })));
const RestingHandlesPage = lazy(() =>
  import('./pages/resting-handles-page.tsx').then((page) => ({ default: page.RestingHandlesPage })),
);
const AdministratorsPage = lazy(() =>
  import('./pages/administrators-page.tsx').then((page) => ({ default: page.AdministratorsPage })),
);

const OWNERS: readonly Role[] = ['admin', 'owner'];
const ADMINS: readonly Role[] = ['admin'];
const ONLY_OWNERS: readonly Role[] = ['owner'];
const APPROVERS: readonly Role[] = ['approver'];
const EVERYBODY: readonly Role[] = ['admin', 'owner', 'approver'];

/** Where one can go from everywhere, and whose it is. */
export const SECTIONS = [
  {
    path: '/',
    label: 'Agents',
    icon: IconRobot,
    roles: OWNERS,
    isIn: (path: string) => path === '/' || path.startsWith('/agents') || path === '/resting-handles',
  },
  {
    path: '/approvals',
    label: 'Approvals',
    icon: IconUserCheck,
    roles: EVERYBODY,
    isIn: (path: string) => path.startsWith('/approvals'),
  },
  {
    path: '/requests',
    label: 'Requests',
    icon: IconTransfer,
    roles: OWNERS,
    isIn: (path: string) => path.startsWith('/requests'),
  },
  { path: '/audit', label: 'Audit', icon: IconFileCheck, roles: OWNERS, isIn: (path: string) => path === '/audit' },
  { path: '/keys', label: 'Keys', icon: IconKey, roles: ONLY_OWNERS, isIn: (path: string) => path === '/keys' },
  { path: '/try', label: 'Try it', icon: IconFlask, roles: ADMINS, isIn: (path: string) => path.startsWith('/try') },
  {
    path: '/overview',
    label: 'Overview',
    icon: IconChartHistogram,
    roles: ADMINS,
    isIn: (path: string) => path === '/overview',
  },
  {
    path: '/senders',
    label: 'Senders',
    icon: IconUsers,
    roles: ADMINS,
    isIn: (path: string) => path.startsWith('/senders'),
  },
  {
    path: '/invitations',
    label: 'Invitations',
    icon: IconTicket,
    roles: ADMINS,
    isIn: (path: string) => path === '/invitations',
  },
  {
    path: '/administrators',
    label: 'Administrators',
    icon: IconUserShield,
    roles: ADMINS,
    isIn: (path: string) => path === '/administrators',
  },
] as const;

/** Every page, and whose it is; to anybody else it is not there. */
export const PAGES: readonly {
  readonly path: string;
  readonly roles: readonly Role[];
  readonly page: (params: Readonly<Record<string, string>>) => ReactNode;
}[] = [
  { path: '/', roles: OWNERS, page: () => <AgentsPage /> },
  { path: '/', roles: APPROVERS, page: () => <Redirect to="/approvals" replace /> },
  { path: '/agents/:handle', roles: OWNERS, page: ({ handle = '' }) => <AgentPage handle={handle} /> },
  { path: '/approvals', roles: EVERYBODY, page: () => <ApprovalsPage /> },
  { path: '/approvals/:id', roles: EVERYBODY, page: ({ id = '' }) => <ApprovalPage id={id} /> },
  { path: '/requests', roles: OWNERS, page: () => <RequestsPage /> },
  { path: '/requests/:id', roles: OWNERS, page: ({ id = '' }) => <RequestPage id={id} /> },
  { path: '/audit', roles: OWNERS, page: () => <AuditPage /> },
  { path: '/keys', roles: ONLY_OWNERS, page: () => <OwnKeysPage /> },
  { path: '/try', roles: ADMINS, page: () => <TryPage /> },
  { path: '/overview', roles: ADMINS, page: () => <OverviewPage /> },
  { path: '/senders', roles: ADMINS, page: () => <SendersPage /> },
  { path: '/senders/:id', roles: ADMINS, page: ({ id = '' }) => <SenderPage id={id} /> },
  { path: '/resting-handles', roles: ADMINS, page: () => <RestingHandlesPage /> },
  { path: '/invitations', roles: ADMINS, page: () => <InvitationsPage /> },
  { path: '/administrators', roles: ADMINS, page: () => <AdministratorsPage /> },
];
