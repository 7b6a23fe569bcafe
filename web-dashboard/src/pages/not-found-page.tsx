import { Link } from '@tanstack/react-router';
import { EmptyState } from '../ui/empty-state.tsx';
import { Panel } from '../ui/section.tsx';

export function NotFoundPage() {
  return (
    <Panel>
      <EmptyState title="There is no page at this address">
        <Link to="/" className="text-accent underline underline-offset-2">
          Go to the overview
        </Link>
      </EmptyState>
    </Panel>
  );
}
