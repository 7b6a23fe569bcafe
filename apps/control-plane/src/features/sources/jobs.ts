import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { repositoryJob } from './watch-repository.ts';

export function sourceJobs(plane: Plane): Job[] {
  const { repository } = plane.config.sources;
  return repository === undefined ? [] : [repositoryJob(plane, repository)];
}
