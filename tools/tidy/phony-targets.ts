import { lineAt, type Rule } from './repository.ts';

/** Every target of the Makefile is a door, and none a file: one that make takes for a file does nothing once it exists. */
export const targetsArePhony: Rule = ({ files }) => {
  const file = files.find(({ path }) => path === 'Makefile');
  if (file === undefined) return [];
  const { text } = file;
  const phony = new Set((/^\.PHONY:(.*)$/m.exec(text)?.[1] ?? '').trim().split(/\s+/));
  const targets = new Map(
    Array.from(text.matchAll(/^([a-z][a-z0-9-]*):(?!=)/gm), ({ 1: name = '', index }) => [name, index]),
  );
  const complain = (index: number, message: string) => ({ path: 'Makefile', line: lineAt(text, index), message });
  return [
    ...Array.from(targets)
      .filter(([name]) => !phony.has(name))
      .map(([name, index]) =>
        complain(index, `'${name}' is not in .PHONY: a file of that name would stop it. Add it.`),
      ),
    ...Array.from(phony)
      .filter((name) => name !== '' && !targets.has(name))
      .map((name) => complain(text.indexOf('.PHONY'), `.PHONY names '${name}', which is no target. Remove it.`)),
  ];
};
