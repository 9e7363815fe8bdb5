import { queryOptions } from '@tanstack/react-query';
import { http } from '@/lib/http';
import { keys } from '@/lib/queryKeys';
import type { Page, Schedule } from '@/types/api';

/** One answer fills a session of reviews; the rest is asked for when it is done. */
const DECK_SIZE = 50;

/** What is due today, oldest first; `count` says how many there are in all. */
export const todayQuery = queryOptions({
  queryKey: keys.today,
  queryFn: ({ signal }) => http.get<Page<Schedule>>('review/today/', { page_size: DECK_SIZE }, signal),
});
