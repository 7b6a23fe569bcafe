import { ClusterError } from '@cluster-ai/core/errors.ts';
import { errorsText } from '../i18n/errors-text.ts';
import { useText } from '../i18n/use-text.ts';

/** A headline for an error, in the reader's language. */
export function useErrorTitle(error: Error | null): string {
  const t = useText(errorsText);
  if (!(error instanceof ClusterError)) return t('other');
  const { code } = error;
  return code in errorsText.en ? t(code as keyof typeof errorsText.en) : t('other');
}
