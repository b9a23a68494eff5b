/** What the page needs of Scalar (https://scalar.com/products/api-references/configuration). */
type Scalar = { createApiReference(element: Element, configuration: object): void };

/**
 * Shows what the address names: one of the page's own sections, or else Scalar's reference, which is loaded when it is
 * first shown. Runs in the browser, as text: it may use nothing but its arguments and what a page has.
 */
export function showReference(scriptUrl: string, documentUrl: string): void {
  let isAsked = false;

  function show(): void {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id === '' ? null : document.querySelector(`.layout [id="${id}"]`);
    document.documentElement.dataset.view = target ? 'section' : 'reference';
    const here = `#${target?.closest('section')?.id ?? ''}`;
    for (const link of document.querySelectorAll('header nav a')) {
      if (link.getAttribute('href') === here) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    if (target) target.scrollIntoView();
    else loadOnce();
  }

  function loadOnce(): void {
    if (isAsked) return;
    isAsked = true;
    const script = document.createElement('script');
    script.src = scriptUrl;
    script.onload = start;
    script.onerror = () => {
      isAsked = false;
      document.querySelector('#reference')?.append('The reference could not be loaded. Reload the page to try again.');
    };
    document.head.append(script);
  }

  function start(): void {
    const element = document.querySelector('#reference');
    const scalar: Scalar | undefined = Reflect.get(window, 'Scalar');
    if (element === null || scalar === undefined) return;
    element.replaceChildren();
    scalar.createApiReference(element, {
      url: documentUrl,
      servers: [{ url: location.origin }],
      theme: 'default',
      defaultOpenAllTags: true,
      documentDownloadType: 'json',
      generateOperationSlug: ({ operationId }: { operationId: string }) => operationId,
      // Nothing but this platform is asked for anything.
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    });
  }

  addEventListener('hashchange', show);
  show();
}
