import { useState } from 'react';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { cliSnippet } from '../../inference/cli-snippet.ts';
import { curlSnippet } from '../../inference/curl-snippet.ts';
import type { InferCall } from '../../inference/infer-request.ts';
import { pythonSnippet } from '../../inference/python-snippet.ts';
import { typescriptSnippet } from '../../inference/typescript-snippet.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Tabs } from '../../ui/tabs.tsx';

type LanguageId = 'curl' | 'python' | 'typescript' | 'cli';

/** How each language writes the call; null where it has no form for these values. */
const writers: Readonly<Record<LanguageId, (call: InferCall) => string | null>> = {
  curl: curlSnippet,
  python: pythonSnippet,
  typescript: typescriptSnippet,
  cli: cliSnippet,
};

/** The call of the form as code against the gateway itself, with the values that stand in the form. */
export function CallSnippets({ call }: { readonly call: InferCall | undefined }) {
  const t = useText(playgroundText);
  const [selected, setSelected] = useState<LanguageId>('curl');
  const languages = [
    { id: 'curl', label: 'curl' },
    { id: 'python', label: 'Python' },
    { id: 'typescript', label: 'TypeScript' },
    { id: 'cli', label: t('commandLine') },
  ] as const;
  const notes = {
    curl: t('noteCurl'),
    python: t('notePython'),
    typescript: t('noteTypescript'),
    cli: t('noteCli'),
  };
  const code = call === undefined ? undefined : writers[selected](call);
  const language = languages.find(({ id }) => id === selected)?.label ?? selected;
  return (
    <div className="space-y-1">
      <h2 className="font-medium">{t('asCode')}</h2>
      <Tabs label={t('language')} tabs={languages} selected={selected} onSelect={setSelected}>
        {code === undefined && <p className="text-muted">{t('codeLater')}</p>}
        {code === null && <p className="text-muted">{t('cliCannot')}</p>}
        {typeof code === 'string' && (
          <div className="space-y-2">
            <CodeBlock code={code} label={t('callIn', { language })} />
            <p className="text-sm text-muted">{notes[selected]}</p>
          </div>
        )}
      </Tabs>
    </div>
  );
}
