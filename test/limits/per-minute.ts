/** The platform's own limits, for tests of others. */
export const PER_MINUTE = {
  registrations: 10,
  submissions: 1_000,
  publications: 10,
  'new-keys': 10,
  decisions: 10,
  'webhook-tests': 10,
  'failed-logins': 10,
  'failed-logins-of-device': 10,
  'failed-logins-in-all': 10,
  'failed-key-logins': 10,
  'failed-codes': 10,
};
