import type { Directory } from '../agents/directory.ts';
import type { Changes } from '../changes/changes.ts';
import type { Ports } from '../ports/ports.ts';
import type { SubmitRequest } from '../requests/submit-request.ts';
import type { ApplicationSettings } from '../settings.ts';
import { createAdminSessions } from './admin-session.ts';
import { createReadChannels } from './read-channels.ts';
import { createStatistics } from './statistics.ts';
import { createTryRequests } from './try-requests.ts';
import { createWatchPlatform } from './watch-platform.ts';

type Dependencies = Ports & {
  readonly directory: Directory;
  readonly changes: Changes;
  readonly nodeTimeoutMs: number;
  readonly submitRequest: SubmitRequest;
  readonly settings: ApplicationSettings;
};

/** The use cases of administrators. */
export function createAdmin(deps: Dependencies) {
  const sessions = createAdminSessions({ ...deps, sessions: deps.adminSessions });
  const { dryRunRequest, submitTestRequest } = createTryRequests(deps);
  return {
    preparePassword: sessions.prepareAdminPassword,
    logIn: sessions.logInAdmin,
    authenticate: sessions.authenticateAdmin,
    logOut: sessions.logOutAdmin,
    ...createStatistics(deps),
    dryRun: dryRunRequest,
    submitTest: submitTestRequest,
    channelsOfAgent: createReadChannels(deps),
    watchPlatform: createWatchPlatform(deps),
  };
}
