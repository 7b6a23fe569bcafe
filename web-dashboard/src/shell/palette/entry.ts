export type EntryGroup = 'pages' | 'actions' | 'models' | 'routes';

/** Something that the palette can do. */
export interface PaletteEntry {
  readonly id: string;
  readonly group: EntryGroup;
  readonly label: string;
  /** Keys that do the same. */
  readonly keys?: string;
  /** Why it cannot be done by this reader. */
  readonly disabledReason?: string | undefined;
  readonly run: () => void;
}
