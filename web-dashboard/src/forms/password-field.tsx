import { useState } from 'react';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import type { FieldTexts } from './field-frame.tsx';
import { TextField } from './text-field.tsx';

interface PasswordFieldProps extends FieldTexts {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Tells password managers which of the two it is. */
  readonly autoComplete: 'current-password' | 'new-password';
}

/** A password, which can be shown to check what was typed. Pasting is allowed. */
export function PasswordField(props: PasswordFieldProps) {
  const t = useText(uiText);
  const [isShown, setIsShown] = useState(false);
  return (
    <TextField
      {...props}
      type={isShown ? 'text' : 'password'}
      spellCheck={false}
      required
      aside={
        <button
          type="button"
          aria-label={`${t(isShown ? 'hidePassword' : 'showPassword')}: ${props.label}`}
          onClick={() => setIsShown(!isShown)}
          className="rounded px-1 text-sm text-accent hover:underline"
        >
          {t(isShown ? 'hidePassword' : 'showPassword')}
        </button>
      }
    />
  );
}
