/** What a query has brought; until then that it is loading, waits or has failed. Old data outlives a failed refresh. */
import type { ReactNode } from 'react';
import { Failed, Loading, Waiting } from './States';

interface Query<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  /** Offline, nothing is asked before the connection is back. */
  isPaused?: boolean;
  refetch: () => unknown;
}

interface Props<T> {
  query: Query<T>;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) {
    return children(query.data);
  }
  if (query.isPaused) {
    return <Waiting />;
  }
  return query.isError ? <Failed error={query.error} onRetry={query.refetch} /> : <Loading />;
}
