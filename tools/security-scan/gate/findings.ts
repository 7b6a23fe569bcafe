/** From the least to the worst. What nobody has judged yet is treated like `high`. */
export const severities = ['negligible', 'low', 'medium', 'unknown', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** A known weakness of a package that was found somewhere. */
export interface Vulnerability {
  /** Of CVE where it has one, else of whoever tells it. */
  readonly id: string;
  /** Its other names. */
  readonly aliases: readonly string[];
  readonly title: string;
  readonly severity: Severity;
  readonly package: string;
  readonly version: string;
  /** The first version without it; null where nobody has mended it. */
  readonly fixedIn: string | null;
  /** What was looked at: the tree, or an image by its name. */
  readonly target: string;
  /** The file in it that names or holds the package. */
  readonly path: string;
  readonly foundBy: readonly string[];
}

/** Everything else that must not be shipped, with what to do about it. */
export interface Problem {
  readonly kind: 'secret' | 'licence';
  readonly id: string;
  readonly target: string;
  readonly path: string;
  readonly line: number;
  readonly sentence: string;
}

/** Words of Trivy, Grype, Snyk and Clair. */
export function severityOf(word: string): Severity {
  const small = word.toLowerCase();
  if (small === 'moderate') return 'medium';
  if (small === 'defcon1') return 'critical';
  return severities.find((one) => one === small) ?? 'unknown';
}

export const rank = (severity: Severity): number => severities.indexOf(severity);

/** Every name of a weakness. */
export const namesOf = ({ id, aliases }: Pick<Vulnerability, 'id' | 'aliases'>): readonly string[] => [id, ...aliases];

/** One weakness of one package in one place stays one, however many scanners tell it: the worst word counts. */
export function mergeVulnerabilities(all: readonly Vulnerability[]): Vulnerability[] {
  const merged = new Map<string, Vulnerability>();
  for (const one of all) {
    const key = [one.target, one.id, one.package, one.version].join('\n');
    const known = merged.get(key);
    merged.set(key, known === undefined ? one : join(known, one));
  }
  return [...merged.values()];
}

function join(a: Vulnerability, b: Vulnerability): Vulnerability {
  return {
    ...a,
    aliases: [...new Set([...a.aliases, ...b.aliases])],
    severity: rank(a.severity) >= rank(b.severity) ? a.severity : b.severity,
    fixedIn: a.fixedIn ?? b.fixedIn,
    foundBy: [...new Set([...a.foundBy, ...b.foundBy])].toSorted(),
  };
}
