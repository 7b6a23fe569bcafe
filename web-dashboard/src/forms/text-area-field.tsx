import { useId } from 'react';
import { FieldFrame, fieldClass, fieldState, type FieldTexts } from './field-frame.tsx';

interface TextAreaFieldProps extends FieldTexts {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows?: number;
  readonly name?: string;
  readonly mono?: boolean;
  readonly maxLength?: number;
}

/** Several lines of text. */
export function TextAreaField({ label, hint, error, value, onChange, mono = false, ...rest }: TextAreaFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error}>
      <textarea
        rows={4}
        {...rest}
        {...fieldState(id, { hint, error })}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`${fieldClass} resize-y ${mono ? 'font-mono text-sm' : ''}`}
      />
    </FieldFrame>
  );
}
