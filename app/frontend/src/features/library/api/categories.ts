import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { http } from '@/lib/http';
import { keys } from '@/lib/queryKeys';
import type { Category, Page } from '@/types/api';

const PAGE_SIZE = 100;

/** All pages: a list to choose from must be whole. */
async function allCategories(signal: AbortSignal): Promise<Category[]> {
  const found: Category[] = [];
  for (let page = 1; ; page += 1) {
    const { results, next } = await http.get<Page<Category>>(
      'categories/',
      { page, page_size: PAGE_SIZE },
      signal,
    );
    found.push(...results);
    if (next === null) {
      return found;
    }
  }
}

export const categoriesQuery = queryOptions({
  queryKey: keys.categories,
  queryFn: ({ signal }) => allCategories(signal),
});

/** A category's name is shown on contents, cards and statistics as well. */
function useInvalidation() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [keys.categories, keys.contents, keys.today, keys.statistics].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    );
}

/** Creates a category, or renames the one with this id. */
export function useSaveCategory(id?: number) {
  const invalidate = useInvalidation();
  return useMutation({
    mutationFn: (draft: { name: string }) =>
      id === undefined
        ? http.post<Category>('categories/', draft)
        : http.patch<Category>(`categories/${id}/`, draft),
    onSuccess: invalidate,
  });
}

export function useDeleteCategory(id: number) {
  const invalidate = useInvalidation();
  return useMutation({ mutationFn: () => http.delete(`categories/${id}/`), onSuccess: invalidate });
}
