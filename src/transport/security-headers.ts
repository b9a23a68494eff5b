import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/**
 * What every answer says to browsers: helmet's headers, printed once. Asked for each answer, it prints the policy anew,
 * and sets headers past Fastify, for which Node leaves its fast way of writing them.
 */
export const SECURITY_HEADERS = printedBy(
  helmet({
    // GraphiQL, the API reference and the admin UI come from this host alone. A page may have a policy of its own.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        manifestSrc: ["'self'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    strictTransportSecurity: false,
  }),
);

/**
 * Besides, wherever browsers come over TLS: for a year they come no other way (RFC 6797). Of this name alone, since names
 * below it may be somebody else's.
 */
export const STRICT_TRANSPORT = { 'strict-transport-security': 'max-age=31536000' } as const;

function printedBy(middleware: ReturnType<typeof helmet>): Readonly<OutgoingHttpHeaders> {
  const request = new IncomingMessage(new Socket());
  const answer = new ServerResponse(request);
  middleware(request, answer, (error) => {
    if (error) throw error;
  });
  return { ...answer.getHeaders() };
}
