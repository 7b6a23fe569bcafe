export interface Figure {
  readonly label: string;
  /** Null: there is nothing to measure. */
  readonly value: string | null;
  readonly unit?: string;
  readonly note: string;
}

interface FigureRowProps {
  readonly figures: readonly Figure[];
  /** In the place of a figure that was not measured: it is said in words, never shown as zero. */
  readonly absent: string;
}

/** A row of large figures, each with its name and a note. */
export function FigureRow({ figures, absent }: FigureRowProps) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
      {figures.map((figure) => (
        <div key={figure.label} className="flex flex-col gap-0.5 bg-surface px-4 py-3">
          <dt className="text-sm text-muted">{figure.label}</dt>
          <dd className="flex flex-col">
            <span className="text-figure leading-tight font-semibold tracking-tight tabular-nums">
              {figure.value ?? <span className="text-lg font-normal text-muted">{absent}</span>}
              {figure.value !== null && figure.unit !== undefined && (
                <span className="ml-1 text-base font-normal text-muted">{figure.unit}</span>
              )}
            </span>
            <span className="text-xs text-muted">{figure.note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
