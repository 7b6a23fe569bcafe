import type { ReactNode } from 'react';

export interface FieldTexts {
  readonly label: string;
  /** What is expected, under the field. */
  readonly hint?: ReactNode;
  /** What is wrong; in the place of the hint. */
  readonly error?: string | undefined;
}

interface FieldFrameProps extends FieldTexts {
  readonly id: string;
  /** At the right of the label. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** Label above, field, and under it the hint or what is wrong. The field carries `describedBy(id, …)`. */
export function FieldFrame({ id, label, hint, error, aside, children }: FieldFrameProps) {
  return (
    <div className="space-y-1">
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {aside}
      </div>
      {children}
      {error !== undefined ? (
        <p id={`${id}-note`} className="text-sm font-medium text-bad">
          {error}
        </p>
      ) : (
        hint !== undefined && (
          <p id={`${id}-note`} className="text-sm text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

/** Attributes that tie a field to its hint and error. */
export function fieldState(id: string, { hint, error }: Pick<FieldTexts, 'hint' | 'error'>) {
  return {
    id,
    'aria-invalid': error !== undefined || undefined,
    'aria-describedby': hint === undefined && error === undefined ? undefined : `${id}-note`,
  } as const;
}

/** How every field looks. */
export const fieldClass =
  'block w-full min-h-9 rounded-md border border-line-strong bg-surface px-3 py-1.5 aria-invalid:border-bad disabled:opacity-60';
