/** Rows as aligned columns under a heading; nothing but the heading when there are none. */
export function renderTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = [columns, ...rows].map((row) => row.map(visible));
  const widths = columns.map((_column, index) => Math.max(...shown.map((row) => (row[index] ?? '').length)));
  return shown
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one a line. */
export function renderFields(fields: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${visible(value)}`.trimEnd())
    .join('\n');
}

/**
 * A text on one line, its control characters (and those that turn the direction of writing) written as escapes: what
 * somebody typed as a description or a name must not steer the terminal of whoever reads it.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** 1,204 → `1.2 kB`; units of 1,000 bytes. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? 'B'}`;
}

export function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

/** `2026-12-01T09:30:12.345Z` → `2026-12-01 09:30Z`; `otherwise` for null. */
export function timeText(iso: string | null, otherwise = '-'): string {
  return iso === null ? otherwise : `${iso.slice(0, 16).replace('T', ' ')}Z`;
}
