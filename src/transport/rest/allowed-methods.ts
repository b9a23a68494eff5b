type Route = { readonly pattern: RegExp; readonly isWildcard: boolean; readonly methods: Set<string> };

/** Which methods the paths of the host have, to answer 405 with Allow instead of 404. */
export class AllowedMethods {
  readonly #routes = new Map<string, Route>();

  record(url: string, method: string | readonly string[]): void {
    const route = this.#routes.get(url) ?? { pattern: patternOf(url), isWildcard: isWildcard(url), methods: new Set() };
    for (const each of typeof method === 'string' ? [method] : method) route.methods.add(each);
    this.#routes.set(url, route);
  }

  /** Sorted; empty when nothing is served there. */
  of(url: string): readonly string[] {
    return methodsAt(url, [...this.#routes.values()]);
  }

  /**
   * Of a path that a wildcard would answer although a route of its own has it for other methods only: those, sorted;
   * else nothing.
   */
  ofOwnRoutes(url: string, method: string): readonly string[] {
    const own = methodsAt(
      url,
      [...this.#routes.values()].filter((route) => !route.isWildcard),
    );
    return own.includes(method) ? [] : own;
  }
}

export const isWildcard = (url: string): boolean => url.endsWith('*');

function methodsAt(url: string, routes: readonly Route[]): readonly string[] {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const found = new Set<string>();
  for (const { pattern, methods } of routes) {
    if (pattern.test(path)) for (const method of methods) found.add(method);
  }
  return [...found].sort();
}

/** A route's URL as a pattern: `:name` is one segment, a closing `*` whatever follows. */
function patternOf(url: string): RegExp {
  const segments = url.split('/').map((segment) => {
    if (segment === '*') return '.*';
    return segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}/?$`);
}
