import { identityText } from '../i18n/identity-text.ts';
import { useText } from '../i18n/use-text.ts';
import { PasswordField } from './password-field.tsx';

interface NewPasswordProps {
  /** The shortest that the server takes, characters. */
  readonly lengthMin: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
  readonly name: string;
}

/** A new password, with how much is still missing while it is typed. */
export function NewPassword({ lengthMin, value, onChange, error, name }: NewPasswordProps) {
  const t = useText(identityText);
  const missing = missingCharacters(value, lengthMin);
  return (
    <PasswordField
      label={t('newPassword')}
      name={name}
      autoComplete="new-password"
      value={value}
      onChange={onChange}
      error={error}
      hint={
        value === '' || missing === 0 ? t('passwordHint', { count: lengthMin }) : t('passwordShort', { count: missing })
      }
    />
  );
}

/** Characters as people count them: an emoji is one. */
export function missingCharacters(password: string, lengthMin: number): number {
  return Math.max(0, lengthMin - [...password].length);
}
