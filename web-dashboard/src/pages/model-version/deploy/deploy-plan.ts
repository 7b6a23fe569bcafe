import type { Route, RoutePolicy } from '@cluster-ai/contract/api/routes.ts';

type Variant = Route['variants'][number];

/** How a version is deployed. `follow`: it and each newer one takes all traffic. */
export type DeployMode = 'all' | 'canary' | 'follow';

export interface DeployPlan {
  readonly policy: RoutePolicy;
  /** What answers then. */
  readonly variants: readonly Variant[];
}

/** Weights of a plan add up to this, so that they read as percent. */
const whole = 100;

/** A share as it is typed, percent; null unless it is above 0 and below 100. */
export function percentOf(text: string): number | null {
  const trimmed = text.trim().replace(',', '.');
  if (!/^\d{1,2}(\.\d{1,2})?$/.test(trimmed)) return null;
  const percent = Number(trimmed);
  return percent > 0 ? percent : null;
}

/** The versions that answer a route beside this one. */
export function othersOf(variants: readonly Variant[], { model, version }: Omit<Variant, 'weight'>): Variant[] {
  return variants.filter((one) => one.weight > 0 && !(one.model === model && one.version === version));
}

/**
 * What deploying a version means for a route.
 * @param percent of the version, for `canary`; the others keep their proportions in the rest
 */
export function planOf(
  present: readonly Variant[],
  target: Omit<Variant, 'weight'>,
  mode: DeployMode,
  percent: number,
): DeployPlan {
  const alone = [{ ...target, weight: whole }];
  if (mode === 'follow') return { policy: { kind: 'latest', model: target.model }, variants: alone };
  if (mode === 'all') return { policy: { kind: 'split', variants: alone }, variants: alone };
  const others = othersOf(present, target);
  const total = others.reduce((sum, { weight }) => sum + weight, 0);
  const variants = [
    ...others.map(({ model, version, weight }) => ({
      model,
      version,
      weight: rounded((weight / total) * (whole - percent)),
    })),
    { ...target, weight: percent },
  ];
  return { policy: { kind: 'split', variants }, variants };
}

function rounded(weight: number): number {
  return Math.round(weight * 10_000) / 10_000;
}
