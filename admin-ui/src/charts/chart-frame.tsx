import { Box, Group, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { axisLabel } from '../components/time.tsx';
import { labelled } from './scale.ts';

export type Series = { readonly name: string; readonly color: string; readonly values: readonly (number | null)[] };

/** Where the columns and the values of a chart lie on the page. */
export type Geometry = {
  readonly columnWidth: number;
  readonly left: (index: number) => number;
  readonly top: (value: number) => number;
  readonly bottom: number;
};

type Props = {
  readonly title: string;
  /** When each column begins. */
  readonly starts: readonly Date[];
  readonly series: readonly Series[];
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  readonly children: (geometry: Geometry, pointed: number | null) => ReactNode;
};

const HEIGHT = 240;
const MARGIN = { top: 10, right: 8, bottom: 24, left: 52 };
const LABEL_WIDTH = 84;
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Axes, legend and pointer of a chart over time; the same numbers as a table for whoever does not see it. */
export function ChartFrame({ title, starts, series, ticks, format, children }: Props) {
  const { ref, width } = useElementSize();
  const [pointed, setPointed] = useState<number | null>(null);
  const inner = Math.max(0, width - MARGIN.left - MARGIN.right);
  const columnWidth = inner / Math.max(1, starts.length);
  const highest = ticks.at(-1) ?? 1;
  const bottom = HEIGHT - MARGIN.bottom;
  const geometry: Geometry = {
    columnWidth,
    left: (index) => MARGIN.left + index * columnWidth,
    top: (value) => bottom - (value / highest) * (bottom - MARGIN.top),
    bottom,
  };
  const spanMs = (starts.at(-1)?.getTime() ?? 0) - (starts[0]?.getTime() ?? 0);
  return (
    <Box ref={ref} pos="relative">
      {width > 0 && (
        <svg width={width} height={HEIGHT} aria-hidden onPointerLeave={() => setPointed(null)}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                x1={MARGIN.left}
                x2={width - MARGIN.right}
                y1={geometry.top(tick)}
                y2={geometry.top(tick)}
                stroke="var(--line)"
              />
              <text x={MARGIN.left - 8} y={geometry.top(tick) + 4} textAnchor="end" fontSize={11} fill="var(--soft)">
                {format(tick)}
              </text>
            </g>
          ))}
          {labelled(starts.length, inner, LABEL_WIDTH).map((index) => {
            const start = starts[index];
            return (
              start && (
                <text key={index} x={geometry.left(index)} y={HEIGHT - 6} fontSize={11} fill="var(--soft)">
                  {axisLabel(start, spanMs)}
                </text>
              )
            );
          })}
          {pointed !== null && (
            <rect
              x={geometry.left(pointed)}
              y={MARGIN.top}
              width={columnWidth}
              height={bottom - MARGIN.top}
              fill="var(--line)"
              opacity={0.6}
            />
          )}
          {children(geometry, pointed)}
          {starts.map((start, index) => (
            <rect
              key={start.getTime()}
              x={geometry.left(index)}
              y={0}
              width={columnWidth}
              height={HEIGHT}
              fill="transparent"
              onPointerEnter={() => setPointed(index)}
            />
          ))}
        </svg>
      )}
      {pointed !== null && starts[pointed] && (
        <Reading
          title={MOMENT.format(starts[pointed])}
          series={series}
          index={pointed}
          format={format}
          isRight={pointed > starts.length / 2}
        />
      )}
      <Group gap="md" mt={6} aria-hidden>
        {series.map(({ name, color }) => (
          <Key key={name} name={name} color={color} />
        ))}
      </Group>
      <FiguresTable title={title} starts={starts} series={series} format={format} />
    </Box>
  );
}

const Key = ({ name, color, value }: { readonly name: string; readonly color: string; readonly value?: string }) => (
  <Group gap={6} wrap="nowrap">
    <Box w={10} h={10} style={{ borderRadius: 3, background: color, flexShrink: 0 }} />
    <Text size="xs">{name}</Text>
    {value !== undefined && (
      <Text size="xs" fw={650} ml="auto">
        {value}
      </Text>
    )}
  </Group>
);

type ReadingProps = Pick<Props, 'series' | 'format'> & {
  readonly title: string;
  readonly index: number;
  readonly isRight: boolean;
};

const Reading = ({ title, series, index, format, isRight }: ReadingProps) => (
  <Box
    pos="absolute"
    top={4}
    left={isRight ? MARGIN.left + 6 : undefined}
    right={isRight ? undefined : MARGIN.right + 6}
    p="xs"
    style={{
      pointerEvents: 'none',
      background: 'var(--card-bg)',
      border: '1px solid var(--line)',
      borderRadius: 8,
      boxShadow: '0 4px 16px rgb(0 0 0 / 12%)',
    }}
  >
    <Text size="xs" className="soft" mb={4}>
      {title}
    </Text>
    {series.map(({ name, color, values }) => {
      const value = values[index];
      return value == null || value === 0 ? null : <Key key={name} name={name} color={color} value={format(value)} />;
    })}
  </Box>
);

const FiguresTable = ({ title, starts, series, format }: Pick<Props, 'title' | 'starts' | 'series' | 'format'>) => (
  <table className="visually-hidden">
    <caption>{title}</caption>
    <thead>
      <tr>
        <th scope="col">From</th>
        {series.map(({ name }) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {starts.map((start, index) => (
        <tr key={start.getTime()}>
          <th scope="row">{MOMENT.format(start)}</th>
          {series.map(({ name, values }) => {
            const value = values[index];
            return <td key={name}>{value == null ? 'none' : format(value)}</td>;
          })}
        </tr>
      ))}
    </tbody>
  </table>
);
