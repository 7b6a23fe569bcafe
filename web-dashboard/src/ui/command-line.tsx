import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { CopyButton } from './copy-button.tsx';

/** The command that does or shows the same in a terminal. */
export function CommandLine({ command }: { readonly command: string }) {
  const t = useText(uiText);
  return (
    <span className="inline-flex max-w-full items-center gap-1 rounded-md border border-line bg-sunken py-0.5 pr-1 pl-2.5 align-middle">
      <span aria-hidden="true" className="font-mono text-xs text-muted select-none">
        $
      </span>
      <code className="min-w-0 font-mono text-xs break-words text-ink">{command}</code>
      <CopyButton text={command} what={t('theCommand', { command })} compact />
    </span>
  );
}
