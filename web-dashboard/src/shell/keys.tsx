/** Keys of the keyboard, in the order in which they are pressed: `g m`. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="flex shrink-0 gap-1">
      {pressed(keys).map(({ id, key }) => (
        <kbd
          key={id}
          className="min-w-5 rounded border border-line bg-sunken px-1 text-center font-mono text-xs text-muted"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}

/** The same key may be pressed twice. */
function pressed(keys: string): readonly { readonly id: string; readonly key: string }[] {
  return keys.split(' ').map((key, index) => ({ id: `${index}-${key}`, key }));
}
