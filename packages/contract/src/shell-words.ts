/** Words that mean themselves in bash, zsh and fish. */
const plainWord = /^[A-Za-z0-9_./:@,+-][A-Za-z0-9_./:@,+=-]*$/;

/** A word for a POSIX shell, whatever it holds: as it is where that is safe, otherwise in single quotes. */
export function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The options of a command by their long names: `undefined` and `false` leave one out, `true` writes it alone. */
export type OptionWords = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * One command with its arguments and options, quoted for the shell. What begins with a dash is still a value: options take
 * it behind an equals sign, arguments behind `--`.
 */
export function commandWords(
  command: string,
  args: readonly (string | number)[] = [],
  options: OptionWords = {},
): string {
  const words = Object.entries(options).flatMap(([name, value]) => optionWords(name, value));
  const needsEnd = args.some((argument) => String(argument).startsWith('-'));
  const values = args.map((argument) => shellWord(String(argument)));
  return [command, ...(needsEnd ? [...words, '--', ...values] : [...values, ...words])].join(' ');
}

function optionWords(name: string, value: OptionWords[string]): string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [`--${name}`];
  const values = typeof value === 'object' ? value : [String(value)];
  return values.map((text) =>
    text.startsWith('-') || text === '' ? shellWord(`--${name}=${text}`) : `--${name} ${shellWord(text)}`,
  );
}
