import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';

/** The place of something that is on its way, in its size. `className` gives width and height. */
export function Skeleton({ className }: { readonly className: string }) {
  return <span aria-hidden="true" className={`block rounded bg-sunken motion-safe:animate-pulse ${className}`} />;
}

/** Lines of text that are on their way; says so to screen readers once. */
export function SkeletonLines({ lines = 4 }: { readonly lines?: number }) {
  const t = useText(uiText);
  return (
    <div aria-busy="true" className="space-y-3 p-5">
      <output className="sr-only">{t('loading')}</output>
      {Array.from({ length: lines }, (_unused, index) => (
        <Skeleton key={index} className={`h-4 ${widths[index % widths.length] ?? 'w-full'}`} />
      ))}
    </div>
  );
}

const widths = ['w-2/3', 'w-full', 'w-5/6', 'w-1/2'] as const;
