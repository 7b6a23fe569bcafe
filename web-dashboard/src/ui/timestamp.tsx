import { formatAbsolute, formatClock, formatDuration } from './format.ts';

/** A moment, as time of day or as age; date, time and zone on hover. */
export function Timestamp({ atMs, nowMs }: { readonly atMs: number; readonly nowMs?: number }) {
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      title={formatAbsolute(atMs)}
      className="whitespace-nowrap tabular-nums"
    >
      {nowMs === undefined ? formatClock(atMs) : formatDuration(nowMs - atMs)}
    </time>
  );
}
