import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { namesOf, type Vulnerability } from './findings.ts';

const statement = z.object({
  vulnerability: z.object({ name: z.string().min(1), aliases: z.array(z.string()).default([]) }),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  products: z.array(z.object({ '@id': z.string().min(1) })).min(1),
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: z
    .enum([
      'component_not_present',
      'vulnerable_code_not_present',
      'vulnerable_code_not_in_execute_path',
      'vulnerable_code_cannot_be_controlled_by_adversary',
      'inline_mitigations_already_exist',
    ])
    .optional(),
  impact_statement: z.string().optional(),
});

/** Format: OpenVEX 0.2.0, "The VEX document" and "Statements". */
const document = z.object({
  '@context': z.string().startsWith('https://openvex.dev/ns/v0.2'),
  '@id': z.string().min(1),
  author: z.string().min(1),
  timestamp: z.iso.datetime({ offset: true }),
  version: z.int().min(1),
  statements: z.array(statement).min(1),
});

/** What the makers of the product say about a weakness of a part: whether it can hurt here. */
export interface VexStatement {
  readonly names: readonly string[];
  readonly products: readonly Product[];
  readonly status: z.infer<typeof statement>['status'];
  readonly why: string;
  readonly statedAt: number;
}

interface Product {
  readonly package: string;
  /** Of every version where none is named. */
  readonly version: string | null;
}

/**
 * Reads a document of security/vex.
 *
 * @throws ClusterError CONFIG_INVALID: its form is wrong, or it says `not_affected` without saying why.
 */
export function readVex(text: string, path: string): VexStatement[] {
  const read = document.safeParse(JSON.parse(text));
  if (!read.success) throw invalid(path, z.prettifyError(read.error));
  return read.data.statements.map((one) => {
    const { name, aliases } = one.vulnerability;
    const why = [one.justification?.replaceAll('_', ' '), one.impact_statement].filter((part) => part !== undefined);
    if (one.status === 'not_affected' && why.length === 0) {
      throw invalid(path, `${name} is said to be not_affected without a justification or an impact_statement`);
    }
    return {
      names: [name, ...aliases],
      products: one.products.map((product) => productOf(product['@id'], path)),
      status: one.status,
      why: why.join(': '),
      statedAt: Date.parse(one.timestamp ?? read.data.timestamp),
    };
  });
}

/** The newest statement about a finding. */
export function statementFor(finding: Vulnerability, statements: readonly VexStatement[]): VexStatement | undefined {
  const names = namesOf(finding);
  return statements
    .filter((one) => one.names.some((name) => names.includes(name)))
    .filter(({ products }) =>
      products.some((one) => one.package === finding.package && (one.version ?? finding.version) === finding.version),
    )
    .toSorted((a, b) => b.statedAt - a.statedAt)[0];
}

/** Format: package URL (purl-spec), `pkg:type/namespace/name@version?qualifiers`. */
function productOf(id: string, path: string): Product {
  const [, type = '', names = '', version] = /^pkg:([a-z.+-]+)\/([^@?#]+)(?:@([^?#]+))?/.exec(id) ?? [];
  if (names === '') throw invalid(path, `'${id}' is no package URL such as pkg:deb/debian/zlib1g`);
  const decoded = decodeURIComponent(names);
  // npm's scopes are part of the name; Debian's namespace is not.
  const name = type === 'npm' || type === 'golang' ? decoded : decoded.slice(decoded.lastIndexOf('/') + 1);
  return { package: name, version: version === undefined ? null : decodeURIComponent(version) };
}

const invalid = (path: string, message: string): ClusterError =>
  new ClusterError('CONFIG_INVALID', `${path}: ${message}`, { fix: 'Write it as OpenVEX 0.2.0: https://openvex.dev.' });
