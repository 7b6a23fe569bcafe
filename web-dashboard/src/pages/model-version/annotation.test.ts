import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { expect, test } from 'vitest';
import { annotationOf } from './annotation.ts';

const before = { notes: 'first', lineage: { dataset: 'a', accuracy: 0.9 } };

test('only what changes is said', () => {
  expect(annotationOf(before, 'first', { dataset: 'a', accuracy: 0.9 })).toBeNull();
  const change = annotationOf(before, 'first', { dataset: 'b', epochs: 3 });
  expect(change).toEqual({ notes: undefined, lineage: { dataset: 'b', epochs: 3 }, dropped: ['accuracy'] });
  expect(cliWords.annotateVersion('iris', 2, change ?? {})).toBe(
    'cluster-ai model annotate iris 2 --lineage dataset=b --lineage epochs=3 --drop-lineage accuracy',
  );
  expect(annotationOf(before, '', before.lineage)).toEqual({ notes: '', lineage: {} });
});
