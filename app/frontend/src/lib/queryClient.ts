/** Server state: what is asked once is shared, and asked again when the window comes back. */
import { QueryClient } from '@tanstack/react-query';
import { ConnectionError } from './errors';
import { session } from './session';

const STALE_MS = 15_000;

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        // The HTTP client has repeated already; what is left passes only after a while.
        retry: (failures, error) => error instanceof ConnectionError && failures < 1,
      },
    },
  });
  // What one person has loaded is not shown to the next.
  session.subscribe(() => {
    if (!session.isActive()) {
      client.clear();
    }
  });
  return client;
}
