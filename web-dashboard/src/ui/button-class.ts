export type ButtonLook = 'primary' | 'quiet' | 'danger' | 'plain';

const looks: Readonly<Record<ButtonLook, string>> = {
  primary: 'bg-accent text-accent-ink border-transparent font-semibold hover:brightness-110',
  quiet: 'bg-surface text-ink border-line hover:border-line-strong hover:bg-sunken',
  danger: 'bg-bad text-bad-ink border-transparent font-semibold hover:brightness-110',
  plain: 'bg-transparent text-ink border-transparent hover:bg-sunken',
};

const sizes = { normal: 'min-h-9 px-3.5 py-1.5', small: 'min-h-7 px-2.5 py-0.5 text-sm' } as const;

/** How a button looks; for links that do what a button does, too. */
export function buttonClass(look: ButtonLook, size: keyof typeof sizes = 'normal'): string {
  return `inline-flex items-center justify-center gap-2 rounded-md border whitespace-nowrap aria-disabled:cursor-not-allowed aria-disabled:opacity-60 ${looks[look]} ${sizes[size]}`;
}
