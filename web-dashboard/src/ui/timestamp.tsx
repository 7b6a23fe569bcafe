import { useFormat } from './format.ts';
import { useNow } from './use-now.ts';

interface TimestampProps {
  /** Milliseconds, or text as the API has it. */
  readonly at: number | string;
  /** `clock`: time of day. `age`: how long it has lasted. `relative`: how long ago. */
  readonly look?: 'clock' | 'age' | 'relative';
}

/** A moment; date, time and zone on hover. */
export function Timestamp({ at, look = 'relative' }: TimestampProps) {
  const format = useFormat();
  const nowMs = useNow();
  const atMs = typeof at === 'number' ? at : Date.parse(at);
  const texts = {
    clock: () => format.clock(atMs),
    age: () => format.duration(nowMs - atMs),
    relative: () => format.relative(atMs, nowMs),
  };
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      title={format.absolute(atMs)}
      className="whitespace-nowrap tabular-nums"
    >
      {texts[look]()}
    </time>
  );
}
