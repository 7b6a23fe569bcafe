import { matchesGlob } from 'node:path/posix';

/** Artefacts, and the tests that must go red when one of them is broken. */
interface Guard {
  /** Globs of paths in the repository. */
  readonly artefacts: readonly string[];
  /** Arguments of vitest. */
  readonly tests: readonly string[];
}

const system = (...files: readonly string[]): readonly string[] => ['--project', 'system', ...files];

/** Every file here is read by a machine or applied by a person, and none of it is TypeScript, which has its own tests. */
export const artefactGlobs: readonly string[] = [
  '{deployments,monitoring,ai-ml,performance,backup,compliance,security}/**',
  '.github/**',
  'docker-compose*.yml',
  '**/Dockerfile*',
  '{.dockerignore,**/.dockerignore}',
  'web-dashboard/{nginx.conf,nginx/**}',
  '**/*.sh',
  '.ci/run',
  'Makefile',
];

/** Read from top to bottom: all that match an artefact guard it. */
export const guards: readonly Guard[] = [
  // The first three are quick, notice most, and spare the whole folder behind them.
  { artefacts: ['deployments/{helm,k8s}/**'], tests: system('tests/artefacts/chart/fresh.test.ts') },
  { artefacts: ['deployments/helm/**'], tests: system('tests/artefacts/chart/scenarios.test.ts') },
  {
    artefacts: ['web-dashboard/{nginx.conf,nginx/**}'],
    tests: system('tests/artefacts/nginx/configuration.test.ts', 'tests/artefacts/nginx/dashboard-files.test.ts'),
  },
  {
    artefacts: ['deployments/{helm,k8s}/**', 'ai-ml/**', 'performance/!(docker)/**'],
    tests: system('tests/artefacts/chart'),
  },
  {
    artefacts: ['docker-compose*.yml', 'monitoring/prometheus/**', 'deployments/compose/**'],
    tests: system('tests/artefacts/compose'),
  },
  { artefacts: ['**/Dockerfile*', '**/.dockerignore', '.dockerignore'], tests: system('tests/artefacts/images') },
  { artefacts: ['web-dashboard/{nginx.conf,nginx/**}'], tests: system('tests/artefacts/nginx') },
  { artefacts: ['.github/**', 'deployments/release/**'], tests: system('tests/artefacts/pipeline') },
  { artefacts: ['security/**'], tests: system('tests/artefacts/supply') },
  { artefacts: ['Makefile'], tests: system('tests/artefacts/makefile') },
  { artefacts: ['examples/*.sh'], tests: system('tests/integration/examples.test.ts') },
  { artefacts: ['.ci/run'], tests: ['--project', 'unit', 'tools/test/ci-run.test.ts'] },
];

export const isArtefact = (path: string): boolean =>
  artefactGlobs.some((glob) => matchesGlob(path, glob)) && !path.endsWith('.ts');

/** @returns what to give vitest, one list for each guard of the artefact; none when nothing guards it. */
export const guardsOf = (path: string): (readonly string[])[] =>
  guards.filter(({ artefacts }) => artefacts.some((glob) => matchesGlob(path, glob))).map(({ tests }) => tests);
