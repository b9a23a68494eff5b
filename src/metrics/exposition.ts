import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { Counter as Count, type Metrics } from '../application/ports/metrics.ts';
import { countedFamilies, type Family, type HistogramSample } from './families.ts';
import { gauges } from './gauges.ts';
import type { Sources } from './sources.ts';

export type Exposition = { readonly contentType: string; text(): Promise<string> };

type HistogramConfiguration = { readonly name: string; readonly help: string; readonly labelNames: readonly string[] };

/** A histogram whose buckets are counted elsewhere. */
class ReadHistogram extends Histogram {
  readonly #configuration: HistogramConfiguration;
  readonly #read: () => readonly HistogramSample[];

  constructor(
    configuration: HistogramConfiguration & { registers: Registry[] },
    read: () => readonly HistogramSample[],
  ) {
    super(configuration);
    this.#configuration = configuration;
    this.#read = read;
  }

  /** What the registry asks for. */
  async getForPromString() {
    const { name, help, labelNames } = this.#configuration;
    const values = this.#read().flatMap(({ values, histogram: { bounds, counts, sum } }) => {
      const labels = labelsOf(labelNames, values);
      let count = 0;
      const buckets = counts.map((more, at) => {
        count += more;
        return { metricName: `${name}_bucket`, labels: { le: bounds[at] ?? '+Inf', ...labels }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { name, help, type: 'histogram', values };
  }
}

/** Everything that there is to tell, in Prometheus's text format; made once for all who ask at the same moment. */
export function createExposition(metrics: Metrics, sources: Sources): Exposition {
  const registry = new Registry();
  const failures = new Count();
  for (const family of [...countedFamilies(metrics), ...gauges(sources, metrics, () => failures.add())]) {
    register(registry, family);
  }
  register(registry, {
    type: 'counter',
    name: 'clawcierge_collect_failures_total',
    help: 'Looks into the database for metrics that failed or took too long; those metrics were left out.',
    labels: [],
    read: () => [{ values: [], value: failures.value }],
  });
  collectDefaultMetrics({ register: registry });
  let making: Promise<string> | null = null;
  return {
    contentType: registry.contentType,
    text() {
      making ??= registry.metrics().finally(() => {
        making = null;
      });
      return making;
    },
  };
}

function register(registry: Registry, family: Family): void {
  const { name, help, labels: labelNames } = family;
  const configuration = { name, help, labelNames, registers: [registry] };
  if (family.type === 'histogram') new ReadHistogram(configuration, family.read);
  else if (family.type === 'counter') {
    new Counter({
      ...configuration,
      collect() {
        this.reset();
        for (const { values, value } of family.read()) this.inc(labelsOf(labelNames, values), value);
      },
    });
  } else {
    new Gauge({
      ...configuration,
      async collect() {
        const samples = await Promise.resolve(family.read()).catch(() => []);
        this.reset();
        if (samples.length === 0 && labelNames.length === 0) this.remove();
        for (const { values, value } of samples) this.set(labelsOf(labelNames, values), value);
      },
    });
  }
}

const labelsOf = (names: readonly string[], values: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
