interface SparklineProps {
  /** Null draws a gap. */
  readonly values: readonly (number | null)[];
  /** Custom property of the theme. */
  readonly colour: string;
}

const width = 100;
const height = 24;

/** A line without axes beside its figure: the course, not the values. Decoration for those who read the figures. */
export function Sparkline({ values, colour }: SparklineProps) {
  const top = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const line = sparkPath(values, top);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="block h-6 w-28" aria-hidden="true">
      <path d={areaPath(line)} fill={`var(${colour}-fill)`} />
      <path
        d={line}
        fill="none"
        stroke={`var(${colour})`}
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

/** The path over the whole width; a gap lifts the pen. */
export function sparkPath(values: readonly (number | null)[], top: number): string {
  const step = width / Math.max(1, values.length - 1);
  let isDown = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isDown = false;
        return '';
      }
      const y = top === 0 ? height - 1 : height - 1 - (value / top) * (height - 2);
      const part = `${isDown ? 'L' : 'M'}${round(index * step)} ${round(y)}`;
      isDown = true;
      return part;
    })
    .join('');
}

/** Each stretch of the line closed along the bottom. */
function areaPath(line: string): string {
  return line
    .split('M')
    .filter((stretch) => stretch.includes('L'))
    .map((stretch) => {
      const [first = '', ...rest] = stretch.split('L');
      const lastX = (rest.at(-1) ?? first).split(' ')[0] ?? '';
      return `M${first.split(' ')[0] ?? ''} ${height}L${stretch}L${lastX} ${height}Z`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
