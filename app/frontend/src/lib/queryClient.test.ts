/** When what the server has said is asked for again, and when not. */
import type { QueryClient } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, ConnectionError } from './errors';
import { createQueryClient } from './queryClient';

const SECOND_MS = 1000;
const queryKey = ['thing'];

/** The client, without the pause between two tries. */
function hurried(): QueryClient {
  const client = createQueryClient();
  const { queries } = client.getDefaultOptions();
  client.setDefaultOptions({ queries: { ...queries, retryDelay: 0 } });
  return client;
}

describe('a question that failed', () => {
  it.each([
    ['for a lost connection is asked once more', new ConnectionError(), 2],
    ['by an answer of the server is not asked again', new ApiError(500, 'The server failed.', {}), 1],
    ['by a mistake of ours is not asked again', new TypeError('x is undefined'), 1],
  ])('%s', async (_, error, times) => {
    const queryFn = vi.fn().mockRejectedValue(error);
    await expect(hurried().fetchQuery({ queryKey, queryFn })).rejects.toBe(error);
    expect(queryFn).toHaveBeenCalledTimes(times);
  });

  it('is answered by the second try', async () => {
    const queryFn = vi.fn().mockRejectedValueOnce(new ConnectionError()).mockResolvedValue('here');
    expect(await hurried().fetchQuery({ queryKey, queryFn })).toBe('here');
  });
});

describe('what was answered', () => {
  afterEach(() => vi.useRealTimers());

  it.each([
    [14, 1],
    [16, 2],
  ])('%i seconds ago has been asked for %i times', async (seconds, times) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const client = createQueryClient();
    const queryFn = vi.fn().mockResolvedValue('here');
    await client.fetchQuery({ queryKey, queryFn });
    vi.setSystemTime(Date.now() + seconds * SECOND_MS);
    await client.fetchQuery({ queryKey, queryFn });
    expect(queryFn).toHaveBeenCalledTimes(times);
  });
});
