/** A list that fits one page; the mock neither filters nor sorts. */
export function onePage<Item>(items: readonly Item[]) {
  return { items: [...items], next: null, total: items.length, totalIsBound: false };
}
