import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { http } from '@/lib/http';
import { keys } from '@/lib/queryKeys';
import type { Content, Page } from '@/types/api';

export interface Draft {
  title: string;
  body: string;
  category: number | null;
}

export interface Filter {
  search: string;
  /** A category's id, or null for all. */
  category: number | null;
}

function parameters({ search, category }: Filter, page: number) {
  return { page, ...(search && { search }), ...(category !== null && { category }) };
}

/** Contents, newest first, page after page. */
export const contentsQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: [...keys.contents, 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      http.get<Page<Content>>('contents/', parameters(filter, pageParam), signal),
    // The old hits stay until the new ones are there.
    placeholderData: keepPreviousData,
    initialPageParam: 1,
    getNextPageParam: (last, _all, page) => (last.next === null ? undefined : page + 1),
  });

export const contentQuery = (id: number) =>
  queryOptions({
    queryKey: [...keys.contents, 'one', id],
    queryFn: ({ signal }) => http.get<Content>(`contents/${id}/`, {}, signal),
  });

/** A content is shown in lists, in today's reviews and counted in the statistics. */
function useInvalidation() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [keys.contents, keys.today, keys.statistics].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
}

/** Creates a content, or changes the one with this id. */
export function useSaveContent(id?: number) {
  const invalidate = useInvalidation();
  return useMutation({
    mutationFn: (draft: Draft) =>
      id === undefined
        ? http.post<Content>('contents/', draft)
        : http.patch<Content>(`contents/${id}/`, draft),
    onSuccess: invalidate,
  });
}

export function useDeleteContent(id: number) {
  const client = useQueryClient();
  const invalidate = useInvalidation();
  return useMutation({
    mutationFn: () => http.delete(`contents/${id}/`),
    onSuccess: () => {
      client.removeQueries({ queryKey: contentQuery(id).queryKey });
      return invalidate();
    },
  });
}
