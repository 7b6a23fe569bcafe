import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { formatShape } from '../../ui/format.ts';

/** Tensors that a row of a list shows of each side. */
const shownMax = 3;

/** What a version takes and gives, in a few lines. */
export function SignatureLines({ signature }: { readonly signature: ModelSignature }) {
  const t = useText(modelsText);
  return (
    <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-2 gap-y-1">
      <dt className="text-sm text-muted">{t('in')}</dt>
      <dd>
        <TensorLines tensors={signature.inputs} />
      </dd>
      <dt className="text-sm text-muted">{t('out')}</dt>
      <dd>
        <TensorLines tensors={signature.outputs} />
      </dd>
    </dl>
  );
}

function TensorLines({ tensors }: { readonly tensors: readonly TensorSignature[] }) {
  const t = useText(modelsText);
  return (
    <ul className="font-mono text-xs">
      {tensors.slice(0, shownMax).map((tensor) => (
        <li key={tensor.name} className="break-words">
          {tensor.name} <span className="text-muted">{tensor.datatype}</span> {formatShape(tensor.shape)}
        </li>
      ))}
      {tensors.length > shownMax && <li className="font-sans">{t('more', { count: tensors.length - shownMax })}</li>}
    </ul>
  );
}
