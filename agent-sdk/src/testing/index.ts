export type { Drop } from './doors.ts';
export type { FakeAgent, FakeSender } from './fake-parties.ts';
export { FakePlatform, type FakePlatformOptions, type FakeSubmission, startFakePlatform } from './fake-platform.ts';
export type { FakeRequest } from './fake-request.ts';
export type { Decide, FakeDenial, Submission } from './fake-store.ts';
