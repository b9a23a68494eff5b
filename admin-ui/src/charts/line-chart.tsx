import { ChartFrame, type Geometry, type Series } from './chart-frame.tsx';
import { ticksUpTo } from './scale.ts';

type Props = {
  readonly title: string;
  readonly starts: readonly Date[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
};

/** Values over time; where there is none the line is broken. */
export function LineChart({ title, starts, series, format }: Props) {
  const highest = Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  return (
    <ChartFrame title={title} starts={starts} series={series} ticks={ticksUpTo(highest, false)} format={format}>
      {(geometry) => series.map((each) => <Line key={each.name} {...each} geometry={geometry} />)}
    </ChartFrame>
  );
}

function Line({ color, values, geometry }: Series & { readonly geometry: Geometry }) {
  const { left, top, columnWidth } = geometry;
  const points = values.map((value, index) =>
    value === null ? null : { x: left(index) + columnWidth / 2, y: top(value), index },
  );
  const path = points
    .map((point, index) => point && `${points[index - 1] ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
    .filter((command) => command !== null)
    .join('');
  return (
    <g>
      <path d={path} fill="none" stroke={color} strokeWidth={2} strokeLinejoin="round" strokeLinecap="round" />
      {points.map((point) => point && <circle key={point.index} cx={point.x} cy={point.y} r={2.5} fill={color} />)}
    </g>
  );
}
