import { Text } from '@mantine/core';
import { ChartFrame, type Geometry, type Series } from './chart-frame.tsx';
import { highestInScale, ticksUpTo } from './scale.ts';

type Props = {
  readonly title: string;
  readonly starts: readonly Date[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
};

/** Values over time; where there is none the line is broken. What is far above the others is marked at the top, and said. */
export function LineChart({ title, starts, series, format }: Props) {
  const values = series.flatMap(({ values: each }) => each.filter((value) => value !== null));
  const ticks = ticksUpTo(highestInScale(values), false);
  const top = ticks.at(-1) ?? 0;
  const above = values.filter((value) => value > top);
  return (
    <>
      <ChartFrame title={title} starts={starts} series={series} ticks={ticks} format={format}>
        {(geometry) => series.map((each) => <Line key={each.name} {...each} geometry={geometry} highest={top} />)}
      </ChartFrame>
      {above.length > 0 && (
        <Text size="xs" className="soft" mt={6}>
          {`▲ ${above.length === 1 ? 'One value is' : `${above.length} values are`} above the scale, the highest `}
          <strong>{format(Math.max(...above))}</strong>.
        </Text>
      )}
    </>
  );
}

type LineProps = Series & { readonly geometry: Geometry; readonly highest: number };

function Line({ color, values, geometry, highest }: LineProps) {
  const { left, top, columnWidth } = geometry;
  const points = values.map((value, index) =>
    value === null
      ? null
      : { x: left(index) + columnWidth / 2, y: top(Math.min(value, highest)), isAbove: value > highest, index },
  );
  const path = points
    .map((point, index) => point && `${points[index - 1] ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
    .filter((command) => command !== null)
    .join('');
  return (
    <g>
      <path d={path} fill="none" stroke={color} strokeWidth={2} strokeLinejoin="round" strokeLinecap="round" />
      {points.map((point) => point && <Mark key={point.index} {...point} color={color} />)}
    </g>
  );
}

type MarkProps = { readonly x: number; readonly y: number; readonly isAbove: boolean; readonly color: string };

const Mark = ({ x, y, isAbove, color }: MarkProps) =>
  isAbove ? (
    <polygon points={`${x},${y - 6} ${x - 5},${y + 3} ${x + 5},${y + 3}`} fill={color} />
  ) : (
    <circle cx={x} cy={y} r={2.5} fill={color} />
  );
