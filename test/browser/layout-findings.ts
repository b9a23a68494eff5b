import type { Page } from 'playwright-core';

/**
 * What does not fit on the page, one line each: content beyond the screen, columns that a table hides at its side, and
 * text that is cut and says nowhere what was cut. What is meant to be scrolled (code, a row of tabs) may be wider.
 */
export const layoutFindings = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const findings: string[] = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) findings.push(`the page is wider than ${width} px`);

    const nameOf = (element: Element) =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${element.textContent?.slice(0, 40)}`;
    const isHidden = (element: Element) =>
      element.closest('.visually-hidden, .skip-link, [aria-hidden="true"]') !== null ||
      !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const isScrolled = (element: Element): boolean => {
      for (let each = element.parentElement; each; each = each.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(each).overflowX)) return true;
      }
      return false;
    };
    /** Its own frame ends it before the screen does; whether it says what was cut is looked at below. */
    const isEllipsed = (element: Element) =>
      getComputedStyle(element).textOverflow === 'ellipsis' && element.getBoundingClientRect().right <= width;
    const ownText = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());

    for (const table of document.querySelectorAll('table:not(.visually-hidden)')) {
      const frame = table.parentElement?.closest('.rows-frame, .mantine-Card-root');
      if (frame && table.getBoundingClientRect().width > frame.clientWidth + 1) {
        findings.push(`columns of "${table.getAttribute('aria-label')}" are off its frame`);
      }
    }
    for (const element of document.querySelectorAll('body *:not(.json, [role="tablist"], textarea)')) {
      const isSideways = element.scrollWidth > element.clientWidth + 1;
      if (isSideways && !isHidden(element) && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX)) {
        findings.push(`scrolls sideways: ${nameOf(element)}`);
      }
    }
    for (const element of document.querySelectorAll('body *')) {
      if (!(element instanceof HTMLElement) || isHidden(element) || !ownText(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(element);
      const box = range.getBoundingClientRect();
      const isBeyond = box.right > width + 1 || box.left < -1;
      if (isBeyond && !isScrolled(element) && !isEllipsed(element))
        findings.push(`beyond the screen: ${nameOf(element)}`);

      for (let each: HTMLElement | null = element; each; each = each.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(each);
        if (['auto', 'scroll'].includes(overflowX)) break;
        if (!['hidden', 'clip'].includes(overflowX) && !['hidden', 'clip'].includes(overflowY)) continue;
        const frame = each.getBoundingClientRect();
        const isCut = box.right > frame.right + 1 || box.left < frame.left - 1 || box.bottom > frame.bottom + 2;
        // A control that shows the rest is as good as a title.
        const isTold = each.closest('[title]') !== null || each.closest('.mantine-Spoiler-root') !== null;
        if (isCut && !isTold) findings.push(`cut: ${nameOf(element)}`);
        break;
      }
    }
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      if (left < 0 || top < 0 || right > width || bottom > innerHeight) findings.push(`a dialog leaves the screen`);
    }
    return [...new Set(findings)];
  });
