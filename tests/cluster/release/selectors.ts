import { fields, listOf, text, type Fields } from './references.ts';

export type Labels = Readonly<Record<string, string>>;

/** Whether labels fit a LabelSelector; an empty one fits all. */
export function selects(selector: Fields, labels: Labels): boolean {
  const exact = Object.entries(fields(selector['matchLabels']));
  return (
    exact.every(([key, value]) => labels[key] === value) &&
    listOf(selector['matchExpressions']).every((expression) => fits(expression, labels))
  );
}

function fits(expression: Fields, labels: Labels): boolean {
  const key = text(expression['key']);
  const values: unknown = expression['values'];
  const value = labels[key];
  const among = value !== undefined && Array.isArray(values) && values.includes(value);
  switch (expression['operator']) {
    case 'In':
      return among;
    case 'NotIn':
      return !among;
    case 'Exists':
      return key in labels;
    case 'DoesNotExist':
      return !(key in labels);
    default:
      throw new Error(`a label selector has the operator ${JSON.stringify(expression['operator'])}`);
  }
}
