import { useLanguage } from '../i18n/language.ts';
import type { Language } from '../i18n/languages.ts';

/** Text for people: fixed forms, so that columns line up and two readers of one language see the same figure. */
export interface Format {
  /** A rate: two digits that matter below 10, whole numbers with separators above 100. */
  readonly rate: (perSecond: number) => string;
  /** Milliseconds, three digits that matter, without the unit: it stands in the heading. */
  readonly ms: (milliseconds: number) => string;
  /** A share from 0 to 1 as percent; what is neither nothing nor all never rounds to 0 or 100. */
  readonly percent: (share: number) => string;
  readonly bytes: (bytes: number) => string;
  readonly count: (value: number) => string;
  /** Any number, with at most `digits` after the point. */
  readonly number: (value: number, digits?: number) => string;
  /** Time of day in the reader's zone, `14:03:22`. */
  readonly clock: (atMs: number) => string;
  /** Time of day without seconds, `14:03`. */
  readonly time: (atMs: number) => string;
  /** Day and time of day without seconds: axes of charts over more than a day. */
  readonly dayAndTime: (atMs: number) => string;
  /** A day without its year, `21 Aug`. */
  readonly day: (atMs: number) => string;
  /** A calendar day, `21 Aug 2026`. */
  readonly date: (atMs: number) => string;
  /** Date, time and zone: what a hover shows. */
  readonly absolute: (atMs: number) => string;
  /** How long something has lasted, in its largest unit or two: `3 h 12 min`. */
  readonly duration: (milliseconds: number) => string;
  /** How long there is to wait, to the second: `1 min 29 s`. */
  readonly countdown: (milliseconds: number) => string;
  /** How long ago or in how long, `3 min ago`. */
  readonly relative: (atMs: number, nowMs: number) => string;
}

/** Formats in the reader's language. */
export function useFormat(): Format {
  return formatIn(useLanguage());
}

const made = new Map<Language, Format>();

/** Formats of one language; the same object each time. */
export function formatIn(language: Language): Format {
  const present = made.get(language) ?? makeFormat(language);
  made.set(language, present);
  return present;
}

function makeFormat(language: Language): Format {
  // Day before month in both languages, and 24 hours.
  const locale = language === 'en' ? 'en-GB' : language;
  const fixed = [0, 1, 2].map(
    (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const number = (value: number, digits = 2) => decimals(locale, digits).format(value);
  const exact = (value: number, digits: 0 | 1 | 2) => (fixed[digits] ?? decimals(locale, digits)).format(value);
  const relativeTime = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const figures = {
    number,
    count: (value: number) => exact(value, 0),
    rate: (perSecond: number) => {
      if (perSecond === 0) return '0';
      if (perSecond < 0.01) return `<${exact(0.01, 2)}`;
      return exact(perSecond, perSecond < 10 ? 2 : perSecond < 100 ? 1 : 0);
    },
    ms: (milliseconds: number) => exact(milliseconds, milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0),
    percent: (share: number) => percentText(share * 100, number),
    bytes: (bytes: number) => bytesText(bytes, exact),
    duration: durationText,
    countdown: countdownText,
    relative: (atMs: number, nowMs: number) => relativeText(relativeTime, atMs - nowMs),
  };
  return { ...figures, ...makeTimes(locale) };
}

function makeTimes(locale: string): Pick<Format, 'clock' | 'time' | 'dayAndTime' | 'day' | 'date' | 'absolute'> {
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const day = { year: 'numeric', month: 'short', day: 'numeric' } as const;
  const minutes = new Intl.DateTimeFormat(locale, time);
  const monthDay = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
  const clock = new Intl.DateTimeFormat(locale, { ...time, second: '2-digit' });
  const dayAndTime = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', ...time });
  const date = new Intl.DateTimeFormat(locale, day);
  const absolute = new Intl.DateTimeFormat(locale, { ...day, ...time, second: '2-digit', timeZoneName: 'short' });
  return {
    clock: (atMs) => clock.format(atMs),
    time: (atMs) => minutes.format(atMs),
    day: (atMs) => monthDay.format(atMs),
    dayAndTime: (atMs) => dayAndTime.format(atMs),
    date: (atMs) => date.format(atMs),
    absolute: (atMs) => absolute.format(atMs),
  };
}

function decimals(locale: string, digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
}

function percentText(percent: number, number: (value: number, digits: number) => string): string {
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.01) return `<${number(0.01, 2)} %`;
  if (percent > 99.99) return `>${number(99.99, 2)} %`;
  const digits = percent < 1 ? 2 : percent < 10 || percent > 99 ? 1 : 0;
  return `${number(percent, digits)} %`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function bytesText(bytes: number, exact: (value: number, digits: 0 | 1) => string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < byteUnits.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${exact(value, unit === 0 || value >= 100 ? 0 : 1)} ${byteUnits[unit] ?? ''}`;
}

function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function countdownText(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : durationText(milliseconds);
}

const relativeUnits = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

function relativeText(words: Intl.RelativeTimeFormat, differenceMs: number): string {
  const seconds = Math.round(differenceMs / 1_000);
  for (const [unit, size] of relativeUnits) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(Math.abs(seconds) < 10 ? 0 : seconds, 'second');
}

/** `[-1, 784]`; a scalar is `[]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
