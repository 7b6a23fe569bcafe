const bars = '▁▂▃▄▅▆▇█';

/** Values as a line of bars from 0 to the largest; a blank where nothing was measured. */
export function sparkLine(values: readonly (number | null)[]): string {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return ' ';
      const index = largest === 0 ? 0 : Math.ceil((value / largest) * (bars.length - 1));
      return bars[index] ?? ' ';
    })
    .join('');
}
