import type { ComponentProps } from 'react';

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'disabled'> & {
  readonly look: 'primary' | 'quiet';
  /** Why it cannot be pressed now. The button stays reachable, so that the reason can be read. */
  readonly disabledReason?: string | undefined;
};

const looks = {
  primary: 'bg-accent text-accent-ink border-transparent font-semibold px-4 py-2 hover:brightness-110',
  quiet: 'bg-surface text-ink border-line-strong px-3 py-1.5 hover:bg-sunken',
} as const;

export function Button({ look, disabledReason, onClick, children, ...rest }: ButtonProps) {
  const disabled = disabledReason !== undefined;
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={disabled}
      title={disabledReason}
      onClick={disabled ? (event) => event.preventDefault() : onClick}
      className={`inline-flex items-center justify-center gap-2 rounded-md border whitespace-nowrap ${looks[look]} ${disabled ? 'cursor-not-allowed opacity-60' : 'cursor-pointer'}`}
    >
      {children}
    </button>
  );
}
