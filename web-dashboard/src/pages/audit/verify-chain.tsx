import { verifyAudit, type AuditVerification } from '@cluster-ai/contract/api/audit.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { auditText } from '../../i18n/audit-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { useFormat } from '../../ui/format.ts';
import { Notice } from '../../ui/status.tsx';

/** Problems that are written out; the command shows all. */
const shownMax = 10;

/** Reads the whole chain on demand and says what it found. */
export function VerifyChain() {
  const t = useText(auditText);
  const { reason } = useCan('admin');
  const verifying = useMutation({ mutationFn: () => call(verifyAudit) });
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button look="quiet" disabledReason={reason} isPending={verifying.isPending} onClick={() => verifying.mutate()}>
          {t('verify')}
        </Button>
        <CommandLine command={cliWords.verifyAudit()} />
      </div>
      <FormError error={verifying.error} />
      <output className="block">{verifying.data !== undefined && <Verdict verification={verifying.data} />}</output>
    </div>
  );
}

function Verdict({ verification }: { readonly verification: AuditVerification }) {
  const t = useText(auditText);
  const { number } = useFormat();
  const { intact, entries, head, problems, problemsTotal, durationMs } = verification;
  if (intact) {
    return (
      <Notice tone="good" title={t('intact', { count: entries })}>
        {head !== null && (
          <p>
            {t.rich('intactText', {
              seconds: number(durationMs / 1_000, 2),
              head: (
                <code className="font-mono text-xs break-all">
                  {head.id}:{head.hash}
                </code>
              ),
            })}
          </p>
        )}
      </Notice>
    );
  }
  return (
    <Notice tone="bad" title={t('broken', { count: problemsTotal })}>
      <ul className="list-disc space-y-1 pl-5">
        {problems.slice(0, shownMax).map(({ kind, id, message }) => (
          <li key={`${kind}-${id}`}>{message}</li>
        ))}
      </ul>
      {problemsTotal > shownMax && <p>{t('brokenMore', { count: problemsTotal - shownMax })}</p>}
    </Notice>
  );
}
