/** What happens in a day, besides predictions, which never stop: how often each. */
export const timesADay = {
  badRequest: 1_440,
  brokenClient: 960,
  slowClient: 240,
  readLists: 960,
  openStream: 480,
  pushVersion: 192,
  moveAlias: 192,
  splitRoute: 96,
  useKey: 192,
  visit: 96,
  wrongPassword: 48,
  abandonUpload: 96,
  loadAndUnload: 48,
  changeSetting: 24,
  killRunner: 12,
} as const;

export type ActivityName = keyof typeof timesADay;

export interface Planned {
  readonly name: ActivityName;
  readonly atMs: number;
}

/** Predictions a second: few at night, four times as many in the middle of the day. */
export function predictionsPerSecond(dayShare: number, mean: number): number {
  return mean * (1 - 0.6 * Math.cos(2 * Math.PI * dayShare));
}

/**
 * A whole day in `durationMs`: each activity as often as in a day, at even distances with a random shift, in the order of
 * time.
 * @param share of the day's activities that is done; below 1 for short runs, each at least once
 */
export function planDay(durationMs: number, random: () => number, share = 1): Planned[] {
  return Object.entries(timesADay)
    .flatMap(([name, times]) => {
      const count = Math.max(1, Math.round(times * share));
      const distanceMs = durationMs / count;
      return Array.from({ length: count }, (_none, index) => ({
        // The keys of the table above.
        name: name as ActivityName,
        atMs: (index + 0.1 + 0.8 * random()) * distanceMs,
      }));
    })
    .toSorted((left, right) => left.atMs - right.atMs);
}
