import { useMutation, useQueryClient } from '@tanstack/react-query';
import { http } from '@/lib/http';
import { keys } from '@/lib/queryKeys';
import type { Completion, ReviewResult } from '@/types/api';
import { moveOn } from '../deck';
import { todayQuery } from './today';

export interface Answer {
  content_id: number;
  result: ReviewResult;
  /** Seconds. */
  time_spent: number;
}

/** Records an answer; today's deck moves on without being asked for again. */
export function useComplete() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (answer: Answer) => http.post<Completion>('review/complete/', answer),
    onSuccess: (completion, answer) => {
      client.setQueryData(todayQuery.queryKey, (page) => page && moveOn(page, answer, completion));
      return client.invalidateQueries({ queryKey: keys.statistics });
    },
  });
}
