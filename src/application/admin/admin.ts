import type { Directory } from '../agents/directory.ts';
import type { FailedAuthentications } from '../audit/failed-authentications.ts';
import type { Changes } from '../changes/changes.ts';
import type { Keys } from '../keys/keys.ts';
import type { Ports } from '../ports/ports.ts';
import type { SubmitRequest } from '../requests/submit-request.ts';
import type { ApplicationSettings } from '../settings.ts';
import { createAuthenticatorApps } from './authenticator-apps.ts';
import { createConsoleSessions } from './console-sessions.ts';
import { createKeyLogins, isKey } from './key-logins.ts';
import { createLoginAttempts } from './login-attempts.ts';
import { createLoginDevices } from './login-devices.ts';
import { createManageAdmins } from './manage-admins.ts';
import { createNamedLogins } from './named-logins.ts';
import { createPasskeys } from './passkeys.ts';
import { waysIn } from './password-login.ts';
import { createPasswordLogins } from './password-logins.ts';
import { createReadChannels } from './read-channels.ts';
import { createSetUpAdmin } from './set-up-admin.ts';
import { createStatistics } from './statistics.ts';
import { createTryRequests } from './try-requests.ts';
import { createWatchPlatform } from './watch-platform.ts';

type Dependencies = Ports & {
  readonly directory: Directory;
  readonly changes: Changes;
  readonly nodeTimeoutMs: number;
  readonly submitRequest: SubmitRequest;
  readonly failedAuthentications: FailedAuthentications;
  readonly settings: ApplicationSettings;
  readonly keys: Pick<Keys, 'authenticate' | 'authenticateByHash'>;
};

/** The use cases of administrators. */
export function createAdmin(deps: Dependencies) {
  const { keys } = deps;
  const counted = { ...deps, attempts: createLoginAttempts(deps), devices: createLoginDevices(deps) };
  const { prepareAdminPassword, logInAdmin } = createPasswordLogins({ ...counted, sessions: deps.adminSessions });
  const { authenticateConsole, logOut } = createConsoleSessions({
    ...deps,
    authenticateByHash: keys.authenticateByHash,
  });
  const { logInByKey } = createKeyLogins({ ...deps, authenticateKey: keys.authenticate });
  const passkeys = createPasskeys(deps);
  const logins = createNamedLogins({ ...counted, passkeys });
  const { listAdmins, createAdmin: create, removeAdmin } = createManageAdmins(deps);
  const { setupOf, setUpAdmin } = createSetUpAdmin({ ...deps, passkeys, logins });
  const { dryRunRequest, submitTestRequest } = createTryRequests(deps);
  return {
    preparePassword: prepareAdminPassword,
    logIn: logInAdmin,
    logInByKey,
    isKey,
    authenticate: authenticateConsole,
    isKnownDevice: counted.devices.isKnown,
    logOut,
    waysIn: () => waysIn(deps.admins, deps.settings.adminPasswordLogin),
    logInByName: logins.logInByName,
    proveByCode: logins.proveByCode,
    proveByPasskey: logins.proveByPasskey,
    askForPasskey: passkeys.askForPasskey,
    ownPasskeys: passkeys.ownPasskeys,
    addPasskey: passkeys.addPasskey,
    removePasskey: passkeys.removePasskey,
    ...createAuthenticatorApps(deps),
    setupOf,
    setUp: setUpAdmin,
    list: listAdmins,
    create,
    remove: removeAdmin,
    ...createStatistics(deps),
    dryRun: dryRunRequest,
    submitTest: submitTestRequest,
    channelsOfAgent: createReadChannels(deps),
    watchPlatform: createWatchPlatform(deps),
  };
}
