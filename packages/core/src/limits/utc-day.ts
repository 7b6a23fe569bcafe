const dayMs = 86_400_000;

/** Days since 1970 in UTC: what a daily quota counts by. Unix time has no leap seconds, so every day is as long. */
export function utcDayOf(wallMs: number): number {
  return Math.floor(wallMs / dayMs);
}

/** Time until the next UTC day begins. */
export function msToNextUtcDay(wallMs: number): number {
  return (utcDayOf(wallMs) + 1) * dayMs - wallMs;
}
