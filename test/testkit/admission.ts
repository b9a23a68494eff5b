import { Admission } from '../../src/application/admission/admission.ts';
import type { Log } from '../../src/application/ports/log.ts';
import { Metrics } from '../../src/application/ports/metrics.ts';
import { readConfig } from '../../src/config.ts';
import { admissionSettings } from '../../src/part-settings.ts';
import { systemClock } from '../../src/system-clock.ts';

/** As of a node that is not late. */
export const WHOLE = { part: 1 } as const;

/** What lets everybody in whom development's settings let in, for transports that a test runs by themselves. */
export const createTestAdmission = (log: Log): Admission =>
  new Admission({
    settings: admissionSettings(readConfig({})),
    clock: systemClock,
    log,
    metrics: new Metrics(),
    delayMs: () => 0,
    share: WHOLE,
  });
