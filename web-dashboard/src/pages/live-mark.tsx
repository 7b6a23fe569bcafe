import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../api/control-plane.ts';
import { Status } from '../ui/status.tsx';
import { Timestamp } from '../ui/timestamp.tsx';

/** Whether what is on the screen is current, and from when it is. */
export function LiveMark() {
  const { isError, dataUpdatedAt } = useQuery(overviewQuery);
  if (dataUpdatedAt === 0) {
    return <Status tone={isError ? 'bad' : 'progress'}>{isError ? 'No connection' : 'Connecting'}</Status>;
  }
  return (
    <span className="flex items-center gap-2">
      <Status tone={isError ? 'bad' : 'good'}>{isError ? 'No connection' : 'Live'}</Status>
      <span className="hidden text-muted sm:inline">
        {isError ? 'data of ' : ''}
        <Timestamp atMs={dataUpdatedAt} />
      </span>
    </span>
  );
}
