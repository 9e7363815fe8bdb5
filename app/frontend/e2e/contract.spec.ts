/** The API in memory that the unit tests use may not lie: the real one sends the same fields of the same types. */
import { category, content, dashboard, profile, schedule } from '../src/test/data';
import { expect, test } from './support';

/** Names and types of all fields, to any depth; a list is known by its first element. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.slice(0, 1).map(shape);
  }
  if (typeof value !== 'object' || value === null) {
    return value === null ? 'null' : typeof value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, inner]) => [key, shape(inner)]),
  );
}

const EXPORT = { task_id: '', status: '' };
const COMPLETION = { content_id: 0, next_review_date: '', interval_index: 0 };
const STATISTICS = { category: 1, name: '', contents: 0, due: 0, reviews: 0, success_rate: 0.5 };

test('the real API has the fields that the page was tested with', async ({ api }) => {
  const made = { category: await api.post('categories/', { name: 'Biology' }), content: { id: 0 } };
  const draft = { title: 'ATP', body: 'Energy', category: made.category.id };
  made.content = await api.post('contents/', draft);
  const filed = content(1, 'ATP', { category: 1, category_name: 'Biology' });

  expect.soft(shape(made.category)).toEqual(shape(category(1, 'Biology')));
  expect.soft(shape(made.content)).toEqual(shape(filed));
  const today = await api.get('review/today/');
  expect
    .soft(shape(today))
    .toEqual(shape({ count: 1, next: null, previous: null, results: [schedule(1, filed)] }));
  const completed = await api.post('review/complete/', { content_id: made.content.id, result: 'remembered' });
  expect.soft(shape(completed)).toEqual(shape(COMPLETION));
  expect.soft(shape(await api.get('analytics/dashboard/'))).toEqual(shape(dashboard));
  expect.soft(shape(await api.get('accounts/profile/'))).toEqual(shape(profile));
  const statistics = await api.get('review/category-stats/');
  expect
    .soft(shape(statistics))
    .toEqual(shape({ count: 1, next: null, previous: null, results: [STATISTICS] }));
  expect.soft(shape(await api.post('analytics/export/', {}))).toEqual(shape(EXPORT));
});
