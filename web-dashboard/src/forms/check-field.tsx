import { useId, type ReactNode } from 'react';

interface CheckFieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly name?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** Why it cannot be changed; in the place of the hint. */
  readonly disabledReason?: string | undefined;
}

/** Yes or no, with the label at its right. */
export function CheckField({ label, hint, name, checked, onChange, disabledReason }: CheckFieldProps) {
  const id = useId();
  const note = disabledReason ?? hint;
  return (
    <div className="flex gap-2.5">
      <input
        type="checkbox"
        id={id}
        name={name}
        checked={checked}
        aria-disabled={disabledReason !== undefined || undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={(event) => {
          if (disabledReason === undefined) onChange(event.target.checked);
        }}
        className="mt-1 size-4 shrink-0 accent-accent aria-disabled:opacity-60"
      />
      <div className="min-w-0">
        <label htmlFor={id}>{label}</label>
        {note !== undefined && (
          <p id={`${id}-note`} className="text-sm text-muted">
            {note}
          </p>
        )}
      </div>
    </div>
  );
}
