import { useState } from 'react';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { Notice } from './status.tsx';

interface SecretOnceProps {
  /** What it is: "API key", "Invitation link". */
  readonly label: string;
  readonly secret: string;
  /** Called when the reader says that they have it; forget the secret then. */
  readonly onDone: () => void;
}

/** A key or a one-time link, in the only moment in which anybody can see it. */
export function SecretOnce({ label, secret, onDone }: SecretOnceProps) {
  const t = useText(uiText);
  const [wasCopied, setWasCopied] = useState(false);
  return (
    <div className="space-y-3">
      <Notice tone="warn" title={t('shownOnce')} />
      <div className="space-y-1">
        <p className="font-medium">{label}</p>
        <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1.5 pr-1.5 pl-3">
          <code className="min-w-0 flex-1 font-mono text-sm break-all select-all">{secret}</code>
          <CopyButton text={secret} what={label} onCopied={() => setWasCopied(true)} />
        </div>
      </div>
      <div className="flex justify-end">
        <Button look={wasCopied ? 'primary' : 'quiet'} onClick={onDone}>
          {t('secretCopied')}
        </Button>
      </div>
    </div>
  );
}
