/** An objective at most, milliseconds. */
export const objectiveMsMax = 60_000;

/** The parameter of a `config.pbtxt` that is a latency objective. */
export const objectiveParameter = 'latency_objective_ms';

/**
 * The objective among the parameters of a model's configuration, milliseconds; 0 means that there shall be none.
 * @returns null where it is not given; undefined where it is given, and is no number from 0 to `objectiveMsMax`.
 */
export function readObjective(parameters: Readonly<Record<string, string>>): number | null | undefined {
  const text = parameters[objectiveParameter]?.trim();
  if (text === undefined) return null;
  const objectiveMs = text === '' ? NaN : Number(text);
  return objectiveMs >= 0 && objectiveMs <= objectiveMsMax ? objectiveMs : undefined;
}
