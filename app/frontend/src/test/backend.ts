/** The API in memory, by the contract of src/types/api.ts. A test changes `db` or adds a handler of its own. */
import { type DefaultBodyType, HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import type { Category, Content, Page, Profile, Schedule } from '@/types/api';
import { content, dashboard, profile, tokenPair } from './data';

export const db = {
  contents: [] as Content[],
  categories: [] as Category[],
  today: [] as Schedule[],
  profile: profile as Profile,
  /** Bodies of the writes that arrived, with method and path. */
  writes: [] as { call: string; body: unknown }[],
};

export function resetBackend(): void {
  Object.assign(db, { contents: [], categories: [], today: [], profile, writes: [] });
}

function page<T>(results: T[]): Page<T> {
  return { count: results.length, next: null, previous: null, results };
}

async function noted(request: Request): Promise<Record<string, unknown>> {
  const body = (await request.json().catch(() => ({}))) as Record<string, unknown>;
  db.writes.push({ call: `${request.method} ${new URL(request.url).pathname}`, body });
  return body;
}

/** A failure as Django REST framework would send it. */
export function failure(status: number, body: DefaultBodyType) {
  return () => HttpResponse.json(body, { status });
}

const auth = [
  http.post('*/api/auth/token/', () => HttpResponse.json(tokenPair())),
  http.post('*/api/auth/token/refresh/', () => HttpResponse.json(tokenPair('renewed'))),
  http.post('*/api/auth/token/blacklist/', async ({ request }) => HttpResponse.json(await noted(request))),
  http.post('*/api/accounts/users/register/', async ({ request }) =>
    HttpResponse.json(await noted(request), { status: 201 }),
  ),
  http.get('*/api/accounts/profile/', () => HttpResponse.json(db.profile)),
  http.patch('*/api/accounts/profile/', async ({ request }) => {
    db.profile = { ...db.profile, ...(await noted(request)) };
    return HttpResponse.json(db.profile);
  }),
];

const contents = [
  http.get('*/api/contents/', ({ request }) => {
    const wanted = new URL(request.url).searchParams;
    const search = wanted.get('search')?.toLowerCase() ?? '';
    const category = wanted.get('category');
    const hits = db.contents
      .filter(({ title, body }) => `${title} ${body}`.toLowerCase().includes(search))
      .filter((one) => category === null || one.category === Number(category));
    return HttpResponse.json(page(hits));
  }),
  http.post('*/api/contents/', async ({ request }) => {
    const made = content(100 + db.contents.length, '', await noted(request));
    db.contents.push(made);
    return HttpResponse.json(made, { status: 201 });
  }),
  http.get('*/api/contents/:id/', ({ params }) => {
    const found = db.contents.find(({ id }) => id === Number(params.id));
    return found ? HttpResponse.json(found) : HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
  }),
  http.patch('*/api/contents/:id/', async ({ request, params }) => {
    const change = await noted(request);
    db.contents = db.contents.map((one) => (one.id === Number(params.id) ? { ...one, ...change } : one));
    return HttpResponse.json(db.contents.find(({ id }) => id === Number(params.id)));
  }),
  http.delete('*/api/contents/:id/', async ({ request, params }) => {
    await noted(request);
    db.contents = db.contents.filter(({ id }) => id !== Number(params.id));
    return new HttpResponse(null, { status: 204 });
  }),
];

const categories = [
  http.get('*/api/categories/', () => HttpResponse.json(page(db.categories))),
  http.post('*/api/categories/', async ({ request }) => {
    const made = { id: 10 + db.categories.length, created_at: '', name: '', ...(await noted(request)) };
    db.categories = [...db.categories, made];
    return HttpResponse.json(made, { status: 201 });
  }),
  http.patch('*/api/categories/:id/', async ({ request, params }) => {
    const change = await noted(request);
    db.categories = db.categories.map((one) => (one.id === Number(params.id) ? { ...one, ...change } : one));
    return HttpResponse.json(db.categories[0]);
  }),
  http.delete('*/api/categories/:id/', async ({ request, params }) => {
    await noted(request);
    db.categories = db.categories.filter(({ id }) => id !== Number(params.id));
    return new HttpResponse(null, { status: 204 });
  }),
];

const reviews = [
  http.get('*/api/review/today/', () => HttpResponse.json(page(db.today))),
  http.post('*/api/review/complete/', async ({ request }) => {
    const { content_id, result } = await noted(request);
    return HttpResponse.json({
      content_id,
      next_review_date: '2026-03-05T09:00:00Z',
      interval_index: result === 'forgot' ? 0 : 1,
    });
  }),
  http.get('*/api/review/category-stats/', () =>
    HttpResponse.json(
      page([{ category: 1, name: 'Biology', contents: 8, due: 2, reviews: 40, success_rate: 0.75 }]),
    ),
  ),
  http.get('*/api/analytics/dashboard/', () => HttpResponse.json(dashboard)),
];

export const server = setupServer(...auth, ...contents, ...categories, ...reviews);
