import { useId, type ComponentProps, type ReactNode } from 'react';
import { FieldFrame, fieldClass, fieldState, type FieldTexts } from './field-frame.tsx';

type Passed = Pick<
  ComponentProps<'input'>,
  'name' | 'type' | 'autoComplete' | 'autoFocus' | 'inputMode' | 'maxLength' | 'placeholder' | 'required' | 'spellCheck'
>;

type TextFieldProps = FieldTexts &
  Passed & {
    readonly value: string;
    readonly onChange: (value: string) => void;
    readonly mono?: boolean;
    readonly aside?: ReactNode;
  };

/** One line of text. */
export function TextField({ label, hint, error, aside, value, onChange, mono = false, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error} aside={aside}>
      <input
        type="text"
        {...rest}
        {...fieldState(id, { hint, error })}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`${fieldClass} ${mono ? 'font-mono text-sm' : ''}`}
      />
    </FieldFrame>
  );
}
