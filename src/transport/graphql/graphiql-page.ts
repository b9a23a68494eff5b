import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { graphiqlOptions } from './graphiql.ts';
import { createGraphiqlFetcher } from './graphiql-fetcher.ts';

export type GraphiqlPage = {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
  /** What the page may do: run its own scripts and Monaco's workers, and talk with this host. */
  readonly contentSecurityPolicy: string;
};

/** Where the page that the package renders starts GraphiQL, with the options as JSON. */
const START = 'YogaGraphiQL.renderYogaGraphiQL(';
/** A tab jumps from under the pointer when it is pressed, so that no click reaches it: its place for dragging is off. */
const STYLE = '<style>.graphiql-tab { transform: none !important; }</style>';
const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/g;

/** GraphiQL as one page that asks no other host for anything. Made once, since it is some megabytes. */
export async function createGraphiqlPage(): Promise<GraphiqlPage> {
  const rendered = renderGraphiQL(graphiqlOptions);
  const start = rendered.lastIndexOf(START);
  const end = rendered.indexOf('</script>', start);
  if (start < 0 || end < 0) throw new Error('GraphiQL is rendered differently from what is expected');
  const text = `${rendered.slice(0, start)}${startScript()}${rendered.slice(end)}`.replace(
    '</head>',
    `${STYLE}</head>`,
  );
  const html = Buffer.from(text.trimStart());
  return {
    html,
    gzipped: await promisify(gzip)(html),
    etag: `"${createHash('sha256').update(html).digest('base64url')}"`,
    contentSecurityPolicy: contentSecurityPolicy(text),
  };
}

const startScript = () => `
        const createGraphiqlFetcher = ${createGraphiqlFetcher};
        ${START}document.querySelector('#root'), {
          ...${JSON.stringify(graphiqlOptions)},
          fetcher: createGraphiqlFetcher(new URL('/graphql', location.href).href),
        });
      `;

function contentSecurityPolicy(html: string): string {
  const scripts = [...html.matchAll(INLINE_SCRIPT)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')}`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'font-src data:',
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
