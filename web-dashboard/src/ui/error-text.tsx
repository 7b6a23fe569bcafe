import { AnsweredError } from '@cluster-ai/contract/api/client.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';

/** The cause in the server's words, the next step where it gave one, and the id that finds it in the log. */
export function ErrorText({ error }: { readonly error: Error }) {
  const t = useText(uiText);
  if (!(error instanceof ClusterError)) return <p>{t('notUnderstood')}</p>;
  return (
    <div className="space-y-0.5 break-words">
      <p>
        {t('cause', { message: error.message })} <span className="text-muted">({error.code})</span>
      </p>
      {error.fix !== undefined && <p>{t('todo', { fix: error.fix })}</p>}
      {error instanceof AnsweredError && (
        <p className="text-sm text-muted">
          {t.rich('requestId', { id: <code className="font-mono text-xs">{error.requestId}</code> })}
        </p>
      )}
    </div>
  );
}
