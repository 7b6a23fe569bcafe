import { parse } from 'yaml';
import { z } from 'zod';

const permissionsSchema = z.record(z.string(), z.enum(['read', 'write', 'none']));

const stepSchema = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  run: z.string().optional(),
});

const jobSchema = z.looseObject({
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.string().optional(),
  permissions: permissionsSchema,
  'timeout-minutes': z.number().int().min(1).max(180),
  steps: z.array(stepSchema).min(1),
});

const workflowSchema = z.looseObject({
  permissions: z.strictObject({}),
  concurrency: z.looseObject({ group: z.string(), 'cancel-in-progress': z.boolean() }),
  jobs: z.record(z.string(), jobSchema).refine((jobs) => Object.keys(jobs).length > 0),
});

export type Workflow = z.infer<typeof workflowSchema>;
export type Job = z.infer<typeof jobSchema>;

export function readWorkflow(text: string): Workflow {
  return workflowSchema.parse(parse(text));
}

/** A step of ours does one thing: it calls a door that people use, too. */
const makeCall = /^make ([a-z0-9-]+)((?: [A-Z_]+=(?:"[^"$]*"|[^\s"$`;&|<>]+))*)$/;
const pinnedAction = /^ *-? *uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

/** What is wrong with a workflow by our own rules, which linters do not know. */
export function findings(text: string, targets: ReadonlySet<string>): readonly string[] {
  const read = workflowSchema.safeParse(safeParse(text));
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const unpinned = text
    .split('\n')
    .filter((line) => /\buses:/.test(line) && !pinnedAction.test(line))
    .map((line) => `'${line.trim()}' is not pinned to a commit with its version beside it`);
  const jobs = Object.entries(read.data.jobs).flatMap(([name, job]) =>
    job.steps.flatMap((step) => stepFindings(step, targets)).map((finding) => `${name}: ${finding}`),
  );
  return [...unpinned, ...jobs];
}

function safeParse(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function stepFindings(step: z.infer<typeof stepSchema>, targets: ReadonlySet<string>): readonly string[] {
  if (step.uses !== undefined) {
    const keeps = step.uses.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false;
    return keeps ? ['the checkout keeps its token: write persist-credentials: false'] : [];
  }
  const target = makeCall.exec(step.run ?? '')?.[1];
  if (target === undefined) return [`'${step.run ?? ''}' is not one call of make with plain words`];
  return targets.has(target) ? [] : [`the Makefile has no target '${target}'`];
}

/** The targets of a Makefile. */
export function targetsOf(makefile: string): ReadonlySet<string> {
  return new Set(Array.from(makefile.matchAll(/^([a-z][a-z0-9-]*):(?!=)/gm), ([, target = '']) => target));
}
