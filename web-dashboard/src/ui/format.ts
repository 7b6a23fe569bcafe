/** Text for people: fixed forms, so that columns line up and two readers see the same figure. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A rate: two digits that matter below 10, whole numbers with separators above 100. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.01) return '<0.01';
  if (perSecond < 10) return perSecond.toFixed(2);
  return perSecond < 100 ? perSecond.toFixed(1) : grouped.format(perSecond);
}

/** Milliseconds, three digits that matter, without the unit: it stands in the heading. */
export function formatMs(milliseconds: number): string {
  if (milliseconds < 10) return milliseconds.toFixed(2);
  return milliseconds < 100 ? milliseconds.toFixed(1) : grouped.format(milliseconds);
}

/** A share from 0 to 1 as percent; what is neither nothing nor all never rounds to 0 or 100. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.01) return '<0.01 %';
  if (percent > 99.99) return '>99.99 %';
  const digits = percent < 1 ? 2 : percent < 10 || percent > 99 ? 1 : 0;
  return `${Number(percent.toFixed(digits))} %`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < byteUnits.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${byteUnits[unit] ?? ''}`;
}

export function formatCount(value: number): string {
  return grouped.format(value);
}

/** `[-1, 784]`; a scalar is `[]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Time of day in the reader's zone, `14:03:22`. */
export function formatClock(atMs: number): string {
  return clock.format(atMs);
}

const absolute = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** Date, time and zone: what a hover shows. */
export function formatAbsolute(atMs: number): string {
  return absolute.format(atMs);
}

/** How long something has lasted, in its largest unit or two: `3 h 12 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `1 gateway`, `3 gateways`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
