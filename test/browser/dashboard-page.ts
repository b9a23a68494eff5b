import type { Series } from '../testkit/prometheus.ts';

/** What the drawing reads of a dashboard's panel; the file has more, for Grafana. */
export type Panel = {
  readonly type: 'row' | 'stat' | 'timeseries';
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly custom?: { readonly stacking?: { readonly mode: string } } };
  };
};

/** A line of a panel: its legend, and a value for each step, none where Prometheus has none. */
export type Line = { readonly name: string; readonly values: readonly (number | null)[] };

const COLORS = ['#2f6f9f', '#d9822b', '#3c9a5f', '#b8433f', '#7a5ea8', '#8a6d3b', '#c76aa3', '#6b7280', '#b5a42e'];
const COLUMN_PX = 60;
const ROW_PX = 27;
const GAP_PX = 6;
/** Above the highest line, for its value. */
const HEAD_PX = 12;

/** The series as a line over the steps from one second to another, its legend filled in from its labels. */
export function lineOf({ metric, values }: Series, legend: string, steps: readonly number[]): Line {
  const at = new Map(values.map(([second, value]) => [second, Number(value)]));
  return {
    name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '').trim() || 'value',
    values: steps.map((second) => {
      const value = at.get(second);
      return value === undefined || !Number.isFinite(value) ? null : value;
    }),
  };
}

/** A page with every panel at its place in the dashboard's grid, drawn plainly. */
export function dashboardPage(title: string, panels: readonly (readonly [Panel, readonly Line[]])[]): string {
  const bottom = Math.max(...panels.map(([{ gridPos }]) => gridPos.y + gridPos.h));
  return `<!doctype html><meta charset="utf-8"><title>Dashboard</title><style>
    body { margin: 12px; width: ${24 * COLUMN_PX}px; font: 12px system-ui, sans-serif; color: #1f2933; background: #eef0f2 }
    header { margin: 2px 4px 8px } main { position: relative; height: ${bottom * ROW_PX}px }
    section { position: absolute; box-sizing: border-box; background: #fff; border: 1px solid #d9dde1; border-radius: 3px; padding: 5px 8px; overflow: hidden }
    section.row { background: none; border: 0; font-weight: 600; padding: 4px } h2 { font-size: 12px; margin: 0; font-weight: 600 }
    .stat { font-size: 30px; margin-top: 18px; text-align: center } p { margin: 2px 0 0; font-size: 10px; line-height: 1.25; max-height: 25px; overflow: hidden }
    p span { margin-right: 8px; white-space: nowrap } i { display: inline-block; width: 8px; height: 8px; margin-right: 3px }
    </style><header>${escaped(title)}</header><main>${panels.map(([panel, lines]) => drawn(panel, lines)).join('')}</main>`;
}

function drawn({ type, title, gridPos, fieldConfig }: Panel, lines: readonly Line[]): string {
  const width = gridPos.w * COLUMN_PX - GAP_PX;
  const height = gridPos.h * ROW_PX - GAP_PX;
  const place = `left:${gridPos.x * COLUMN_PX}px;top:${gridPos.y * ROW_PX}px;width:${width}px;height:${height}px`;
  if (type === 'row') return `<section class="row" style="${place}">${escaped(title)}</section>`;
  const { unit = 'short', custom } = fieldConfig?.defaults ?? {};
  const body =
    type === 'stat'
      ? stat(lines, unit)
      : chart(lines, unit, custom?.stacking?.mode === 'normal', width - 18, height - 56);
  return `<section style="${place}"><h2>${escaped(title)}</h2>${body}</section>`;
}

function stat(lines: readonly Line[], unit: string): string {
  const last = lines[0]?.values.findLast((value) => value !== null) ?? null;
  return `<div class="stat">${last === null ? 'no data' : withUnit(last, unit)}</div>`;
}

function chart(lines: readonly Line[], unit: string, isStacked: boolean, width: number, height: number): string {
  if (lines.length === 0) return `<div class="stat" style="font-size:14px">no data</div>`;
  const below = new Array<number>(lines[0]?.values.length ?? 0).fill(0);
  const heights = lines.map(({ values }) =>
    values.map((value, step) => {
      if (value === null || !isStacked) return value;
      below[step] = (below[step] ?? 0) + value;
      return below[step] ?? 0;
    }),
  );
  const top = Math.max(...heights.flat().map((value) => value ?? 0)) || 1;
  const paths = heights.map((values, index) => {
    let isDown = false;
    const points = values.map((value, step) => {
      if (value === null) {
        isDown = false;
        return '';
      }
      const command = isDown ? 'L' : 'M';
      isDown = true;
      const x = (step / Math.max(1, values.length - 1)) * width;
      return `${command}${x.toFixed(1)} ${(height - (value / top) * (height - HEAD_PX)).toFixed(1)}`;
    });
    return `<path d="${points.join('')}" fill="none" stroke="${colorOf(index)}" stroke-width="1.5"/>`;
  });
  const scale = [0, 0.5, 1].map((share) => {
    const y = height - share * (height - HEAD_PX);
    const value = withUnit(top * share, unit);
    return `<path d="M0 ${y}H${width}" stroke="#e5e8eb"/><text x="0" y="${y - 2}" font-size="9" fill="#697683">${value}</text>`;
  });
  const legend = lines.map(
    ({ name }, index) => `<span><i style="background:${colorOf(index)}"></i>${escaped(name)}</span>`,
  );
  return `<svg width="${width}" height="${height + 2}" style="margin-top:4px">${scale.join('')}${paths.join('')}</svg><p>${legend.join('')}</p>`;
}

const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? '#000';

function withUnit(value: number, unit: string): string {
  const short = (number: number) => String(Number(number.toPrecision(3)));
  if (unit === 'percentunit') return `${short(value * 100)} %`;
  if (unit === 'bytes') return `${short(value / 2 ** 20)} MiB`;
  if (unit === 's') return value !== 0 && value < 1 ? `${short(value * 1_000)} ms` : `${short(value)} s`;
  return unit === 'reqps' ? `${short(value)}/s` : short(value);
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
