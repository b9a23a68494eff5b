import { ProblemError } from './problem-details.ts';
import { problems, text } from './responses.ts';
import { type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';

const PATH = '/.well-known/security.txt';
/** RFC 9116, section 2.5.5: less than a year, so that nobody trusts what nobody looks after. */
const VALID_DAYS = 180;
const DAY_MS = 86_400_000;

/** Whom to tell of vulnerabilities, in the order in which they are wished for, and what else helps whoever found one. */
export type AboutSecurity = {
  readonly contact: readonly string[];
  readonly policy: readonly string[];
  readonly encryption: readonly string[];
  readonly languages: readonly string[];
};

/** `/.well-known/security.txt` (RFC 9116), of the operator's settings. */
export function addSecurityTxtRoute(scope: RestScope, { about, clock }: RestDependencies): void {
  const { security, publicUrl } = about;
  const example = securityTxt(
    { contact: ['mailto:security@clawcierge.example'], policy: [], encryption: [], languages: ['en'] },
    'https://clawcierge.example',
    new Date('2026-11-30T10:00:00Z'),
  );
  scope.get(
    PATH,
    {
      schema: {
        operationId: 'getSecurityTxt',
        tags: ['Platform'],
        summary: 'Whom to tell of a vulnerability',
        description:
          'RFC 9116. 404 where the operator has named nobody (`SECURITY_CONTACT`). Good for 180 days from the day on which it is read.',
        security: WITHOUT_KEY,
        response: {
          200: text('Contacts, one a line, the preferred one first.', example),
          ...problems('route-not-found', 'overloaded'),
        },
      },
    },
    async (_request, reply) => {
      if (security.contact.length === 0) {
        throw new ProblemError({
          kind: 'route-not-found',
          detail: 'The operator of this platform has named nobody to whom vulnerabilities are told (SECURITY_CONTACT).',
        });
      }
      return reply
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'no-cache')
        .serializer(String)
        .send(securityTxt(security, publicUrl, clock.now()));
    },
  );
}

function securityTxt(about: AboutSecurity, publicUrl: string | undefined, now: Date): string {
  const { contact, policy, encryption, languages } = about;
  const lines = (name: string, values: readonly string[]) => values.map((value) => `${name}: ${value}`);
  // The same all day long, on every node.
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  return [
    ...lines('Contact', contact),
    `Expires: ${new Date(today + VALID_DAYS * DAY_MS).toISOString().replace('.000Z', 'Z')}`,
    ...lines('Encryption', encryption),
    ...lines('Policy', policy),
    `Preferred-Languages: ${languages.join(', ')}`,
    ...lines('Canonical', canonicalOf(publicUrl)),
    '',
  ].join('\n');
}

/** Web addresses in it begin with `https`. */
function canonicalOf(publicUrl: string | undefined): readonly string[] {
  if (publicUrl === undefined || !publicUrl.toLowerCase().startsWith('https:')) return [];
  return [new URL(PATH, publicUrl).href];
}
