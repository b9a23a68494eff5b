import { expect } from 'vitest';
import { parseExposition, type ScrapedFamily } from './exposition.ts';
import type { TestPlatform } from './platform.ts';

/** What a platform's metrics say now. */
export class Scrape {
  readonly families: ReadonlyMap<string, ScrapedFamily>;

  constructor(text: string) {
    this.families = parseExposition(text);
  }

  static async of({ metricsUrl }: Pick<TestPlatform, 'metricsUrl'>): Promise<Scrape> {
    const response = await fetch(metricsUrl, { signal: AbortSignal.timeout(20_000) });
    expect(response.status).toBe(200);
    return new Scrape(await response.text());
  }

  /** Every series of that name. */
  series(name: string) {
    return [...this.families.values()].flatMap(({ series }) => series.filter((each) => each.name === name));
  }

  /** The sum of those with these labels; 0 for none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const chosen = this.series(name).filter((each) =>
      Object.entries(labels).every(([label, value]) => each.labels[label] === value),
    );
    return chosen.reduce((sum, { value }) => sum + value, 0);
  }
}
