/** What one step proved. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What the counts alone do not say. */
  readonly remarks: readonly string[];
}

/** The parts of vitest's JSON report that are counted. */
export interface VitestReport {
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
}

/**
 * Counts what a run of vitest proved. Nothing is lost between the tests: a file that does not load, a set-up that
 * breaks and a test that was passed over all count as failed, and so does a run that ends badly for another reason.
 *
 * @param report undefined when vitest left none
 */
export function countTests(report: VitestReport | undefined, exitCode: number | null): Outcome {
  if (report === undefined) return { passed: 0, failed: 1, remarks: ['vitest ended without a report'] };
  let passed = 0;
  let failed = 0;
  const remarks: string[] = [];
  for (const file of report.testResults) {
    const results = file.assertionResults;
    passed += results.filter(({ status }) => status === 'passed').length;
    failed += results.filter(({ status }) => status !== 'passed').length;
    for (const { fullName, status } of results) {
      if (status !== 'passed' && status !== 'failed') {
        remarks.push(`${file.name}: '${fullName}' was ${status}, not run`);
      }
    }
    if (file.status === 'failed' && !results.some(({ status }) => status === 'failed')) {
      failed += 1;
      remarks.push(`${file.name}: the file itself failed: ${reasonOf(file)}`);
    }
  }
  if (exitCode !== 0 && failed === 0) {
    failed += 1;
    remarks.push(`vitest ended with exit code ${exitCode} though no test failed; its output above says why`);
  }
  return { passed, failed, remarks };
}

/** vitest leaves the message empty when a set-up failed; it has shown the error where it happened. */
function reasonOf({ message }: TestFile): string {
  const [firstLine = ''] = message.split('\n');
  return firstLine === '' ? 'what it prepares for its tests broke (shown above)' : firstLine;
}
