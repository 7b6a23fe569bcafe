import { useState } from 'react';
import { curlSnippet } from '../../inference/curl-snippet.ts';
import type { InferCall } from '../../inference/infer-request.ts';
import { pythonSnippet } from '../../inference/python-snippet.ts';
import { typescriptSnippet } from '../../inference/typescript-snippet.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Tabs } from '../../ui/tabs.tsx';

const languages = [
  { id: 'curl', label: 'curl', write: curlSnippet, run: 'Paste it into a shell.' },
  { id: 'python', label: 'Python', write: pythonSnippet, run: 'Save it as call.py and run: python call.py' },
  {
    id: 'typescript',
    label: 'TypeScript',
    write: typescriptSnippet,
    run: 'Save it as call.ts and run with Node 24: node call.ts',
  },
] as const;

/** The call of the form as code against the gateway itself, with the values that stand in the form. */
export function CallSnippets({ call }: { readonly call: InferCall | undefined }) {
  const [selected, setSelected] = useState<(typeof languages)[number]['id']>('curl');
  const language = languages.find((entry) => entry.id === selected) ?? languages[0];
  return (
    <div className="space-y-1">
      <h3 className="font-medium">The same call as code</h3>
      <Tabs label="Language" tabs={languages} selected={selected} onSelect={setSelected}>
        {call === undefined ? (
          <p className="text-muted">The code appears once the inputs are right.</p>
        ) : (
          <div className="space-y-2">
            <CodeBlock code={language.write(call)} label={`the call in ${language.label}`} />
            <p className="text-[0.929rem] text-muted">{language.run}</p>
          </div>
        )}
      </Tabs>
    </div>
  );
}
