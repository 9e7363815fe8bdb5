import { queryOptions } from '@tanstack/react-query';
import { http } from '@/lib/http';
import { keys } from '@/lib/queryKeys';
import type { CategoryStats, Dashboard, Page } from '@/types/api';

/** As many categories as the chart can show. */
const CATEGORIES = 8;

export const dashboardQuery = queryOptions({
  queryKey: [...keys.statistics, 'dashboard'],
  queryFn: ({ signal }) => http.get<Dashboard>('analytics/dashboard/', {}, signal),
});

export const categoryStatsQuery = queryOptions({
  queryKey: [...keys.statistics, 'categories'],
  queryFn: ({ signal }) =>
    http.get<Page<CategoryStats>>('review/category-stats/', { page_size: CATEGORIES }, signal),
});
