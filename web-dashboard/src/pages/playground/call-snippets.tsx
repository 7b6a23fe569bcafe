import { useState } from 'react';
import { cliSnippet } from '../../inference/cli-snippet.ts';
import { curlSnippet } from '../../inference/curl-snippet.ts';
import type { InferCall } from '../../inference/infer-request.ts';
import { pythonSnippet } from '../../inference/python-snippet.ts';
import { typescriptSnippet } from '../../inference/typescript-snippet.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Tabs } from '../../ui/tabs.tsx';

interface Language {
  readonly id: string;
  readonly label: string;
  /** Null where the language has no form for these values. */
  readonly write: (call: InferCall) => string | null;
  readonly note: string;
}

const curl: Language = { id: 'curl', label: 'curl', write: curlSnippet, note: 'Paste it into a shell.' };

const languages: readonly Language[] = [
  curl,
  { id: 'python', label: 'Python', write: pythonSnippet, note: 'Save it as call.py and run: python call.py' },
  {
    id: 'typescript',
    label: 'TypeScript',
    write: typescriptSnippet,
    note: 'Save it as call.ts and run with Node 24: node call.ts',
  },
  { id: 'cli', label: 'Command line', write: cliSnippet, note: 'Paste it into a shell where cluster-ai is installed.' },
];

/** The call of the form as code against the gateway itself, with the values that stand in the form. */
export function CallSnippets({ call }: { readonly call: InferCall | undefined }) {
  const [selected, setSelected] = useState(curl.id);
  const language = languages.find((entry) => entry.id === selected) ?? curl;
  const code = call === undefined ? undefined : language.write(call);
  return (
    <div className="space-y-1">
      <h3 className="font-medium">The same call as code</h3>
      <Tabs label="Language" tabs={languages} selected={selected} onSelect={setSelected}>
        {code === undefined && <p className="text-muted">The code appears once the inputs are right.</p>}
        {code === null && (
          <p className="text-muted">
            The command line takes plain JSON numbers: no half precision, no NaN or infinity, nothing past 2⁵³. The
            other tabs carry these values.
          </p>
        )}
        {typeof code === 'string' && (
          <div className="space-y-2">
            <CodeBlock code={code} label={`the call in ${language.label}`} />
            <p className="text-[0.929rem] text-muted">{language.note}</p>
          </div>
        )}
      </Tabs>
    </div>
  );
}
