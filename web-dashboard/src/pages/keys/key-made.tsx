import type { ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/overview.ts';
import { keysText } from '../../i18n/keys-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';

interface KeyMadeProps {
  readonly apiKey: ApiKey;
  readonly secret: string;
  readonly onDone: () => void;
}

/** The key, and a call that works with it. The call names a variable: a command that holds the key ends in a history. */
export function KeyMade({ apiKey, secret, onDone }: KeyMadeProps) {
  const t = useText(keysText);
  const gateway = useQuery(overviewQuery).data?.gateways.find(({ connected }) => connected)?.report.httpUrl;
  const model = apiKey.models?.find((name) => !name.endsWith('*')) ?? 'iris';
  return (
    <div className="space-y-4">
      {gateway !== undefined && (
        <div className="space-y-1">
          <p className="font-medium">{t('tryIt')}</p>
          <CodeBlock
            label={t('tryIt')}
            code={`read -rs CLUSTER_AI_KEY   # ${apiKey.prefix}…\ncurl -H "Authorization: Bearer $CLUSTER_AI_KEY" ${gateway}/v2/models/${model}`}
          />
        </div>
      )}
      <SecretOnce label={t('keyLabel')} secret={secret} onDone={onDone} />
    </div>
  );
}
