import { roles, type Role } from '@cluster-ai/core/access/roles.ts';
import { useId } from 'react';
import { usersText } from '../../i18n/users-text.ts';
import { useText } from '../../i18n/use-text.ts';

interface RoleChoiceProps {
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

const can = { viewer: 'viewerCan', operator: 'operatorCan', admin: 'adminCan' } as const;

/** One of the roles, each with what it may do: nobody knows that by heart. */
export function RoleChoice({ value, onChange }: RoleChoiceProps) {
  const t = useText(usersText);
  const id = useId();
  return (
    <fieldset className="space-y-1.5">
      <legend className="pb-1 font-medium">{t('role')}</legend>
      {roles.map((role) => (
        <div
          key={role}
          className="flex gap-3 rounded-md border border-line px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            id={`${id}-${role}`}
            name="role"
            value={role}
            checked={role === value}
            aria-describedby={`${id}-${role}-can`}
            onChange={() => onChange(role)}
            className="mt-1 accent-accent"
          />
          <div>
            <label htmlFor={`${id}-${role}`} className="block cursor-pointer font-medium">
              {t(role)}
            </label>
            <p id={`${id}-${role}-can`} className="text-sm text-muted">
              {t(can[role])}
            </p>
          </div>
        </div>
      ))}
    </fieldset>
  );
}
