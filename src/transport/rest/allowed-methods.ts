type Route = { readonly pattern: RegExp; readonly methods: Set<string> };

/** Which methods the paths of the host have, to answer 405 with Allow instead of 404. */
export class AllowedMethods {
  readonly #routes = new Map<string, Route>();

  record(url: string, method: string | readonly string[]): void {
    const route = this.#routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const each of typeof method === 'string' ? [method] : method) route.methods.add(each);
    this.#routes.set(url, route);
  }

  /** Sorted; empty when nothing is served there. */
  of(url: string): readonly string[] {
    const path = url.split(/[?#]/, 1)[0] ?? '';
    const found = new Set<string>();
    for (const { pattern, methods } of this.#routes.values()) {
      if (pattern.test(path)) for (const method of methods) found.add(method);
    }
    return [...found].sort();
  }
}

/** A route's URL as a pattern: `:name` is one segment, a closing `*` whatever follows. */
function patternOf(url: string): RegExp {
  const segments = url.split('/').map((segment) => {
    if (segment === '*') return '.*';
    return segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}/?$`);
}
