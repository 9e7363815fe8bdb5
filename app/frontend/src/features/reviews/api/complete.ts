import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@/lib/errors';
import { http } from '@/lib/http';
import { keys } from '@/lib/queryKeys';
import type { Completion, ReviewResult } from '@/types/api';
import { isUsedUp, moveOn } from '../deck';
import { todayQuery } from './today';

export interface Answer {
  content_id: number;
  result: ReviewResult;
  /** Seconds. */
  time_spent: number;
  /** What the user wants to keep of this review; left out where nothing was written. */
  notes?: string;
}

const NOT_FOUND = 404;

/**
 * Records an answer; today's deck moves on by itself. It is asked for again when it is used up, and when it holds
 * a card that has been deleted elsewhere.
 */
export function useComplete() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (answer: Answer) => http.post<Completion>('review/complete/', answer),
    onSuccess: (completion, answer) => {
      const { queryKey } = todayQuery;
      const page = client.setQueryData(queryKey, (before) => before && moveOn(before, answer, completion));
      if (page && isUsedUp(page)) {
        void client.invalidateQueries({ queryKey });
      }
      void client.invalidateQueries({ queryKey: keys.statistics });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.status === NOT_FOUND) {
        void client.invalidateQueries({ queryKey: todayQuery.queryKey });
      }
    },
  });
}
