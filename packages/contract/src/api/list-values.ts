/** A stretch of time, `startMs <= t < endMs`, milliseconds since 1970. */
export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

const timePattern =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:\d\d)?)?)?)?$/;

const minuteMs = 60_000;

/**
 * The stretch that a written time names: a year, a month, a day, a minute, a second or a millisecond, by how exactly it is
 * written. Without an offset it is UTC. Null for what is no time.
 */
export function readTimeRange(text: string): TimeRange | null {
  const match = timePattern.exec(text);
  if (match === null) return null;
  const [, year = '', month, day, hour, minute, second, fraction] = match;
  const digits = [year, month ?? '01', day ?? '01'];
  const startOfDay = new Date(`${digits.join('-')}T00:00:00.000Z`);
  // 31 April is read as 1 May: such a day is none.
  if (Number.isNaN(startOfDay.getTime()) || !startOfDay.toISOString().startsWith(digits.join('-'))) return null;
  if (hour === undefined || minute === undefined) {
    const end = new Date(startOfDay);
    if (month === undefined) end.setUTCFullYear(end.getUTCFullYear() + 1);
    else if (day === undefined) end.setUTCMonth(end.getUTCMonth() + 1);
    else end.setUTCDate(end.getUTCDate() + 1);
    return { startMs: startOfDay.getTime(), endMs: end.getTime() };
  }
  const offsetMinutes = readOffset(match[8]);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? '0') > 59 || offsetMinutes === null) return null;
  const fractionMs = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const minutes = Number(hour) * 60 + Number(minute) - offsetMinutes;
  const startMs = startOfDay.getTime() + minutes * minuteMs + Number(second ?? '0') * 1_000 + fractionMs;
  const lengthMs = second === undefined ? minuteMs : fraction === undefined ? 1_000 : 1;
  return { startMs, endMs: startMs + lengthMs };
}

/** Minutes east of Greenwich; null for an offset that no clock has. */
function readOffset(text: string | undefined): number | null {
  if (text === undefined || text.toUpperCase() === 'Z') return 0;
  const [hours = '', minutes = ''] = text.slice(1).split(':');
  if (Number(hours) > 14 || Number(minutes) > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const numberPattern = /^[+-]?\d{1,18}(?:\.\d{1,9})?$/;

/** A number in plain decimal digits; null for what is none. */
export function readNumber(text: string): number | null {
  return numberPattern.test(text) ? Number(text) : null;
}
