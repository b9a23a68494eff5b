import { ChartFrame, type Series } from './chart-frame.tsx';
import { ticksUpTo } from './scale.ts';

type Props = { readonly title: string; readonly starts: readonly Date[]; readonly series: readonly Series[] };

/** Counts over time, one bar a column, one colour a kind. */
export function StackedBars({ title, starts, series }: Props) {
  const totals = starts.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  return (
    <ChartFrame
      title={title}
      starts={starts}
      series={series}
      ticks={ticksUpTo(Math.max(...totals), true)}
      format={(value) => value.toLocaleString()}
    >
      {({ left, top, columnWidth }) =>
        starts.map((start, index) => {
          let below = 0;
          return (
            <g key={start.getTime()}>
              {series.map(({ name, color, values }) => {
                const count = values[index] ?? 0;
                if (count === 0) return null;
                const y = top(below + count);
                const height = top(below) - y;
                below += count;
                const gap = Math.min(3, columnWidth * 0.25);
                return (
                  <rect
                    key={name}
                    x={left(index) + gap / 2}
                    y={y}
                    width={Math.max(1, columnWidth - gap)}
                    height={Math.max(1, height - 0.5)}
                    rx={Math.min(2, columnWidth / 4)}
                    fill={color}
                  />
                );
              })}
            </g>
          );
        })
      }
    </ChartFrame>
  );
}
