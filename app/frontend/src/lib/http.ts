/** Calls to the API: a token and a language on each request, one renewal after a 401, errors in two known families. */
import i18next from 'i18next';
import ky, { HTTPError, type Options } from 'ky';
import { toKnownError } from './errors';
import { session } from './session';

const TIMEOUT_MS = 20_000;
const LONGEST_WAIT_SECONDS = 5;

/** Undefined leaves the decision to the rules; nobody looks at an empty page for longer than a few seconds. */
function passesSoon({ error }: { error: Error }): boolean | undefined {
  const wait = error instanceof HTTPError ? Number(error.response.headers.get('Retry-After')) : 0;
  return wait > LONGEST_WAIT_SECONDS ? false : undefined;
}

const client = ky.create({
  prefixUrl: `${window.location.origin}/api`,
  timeout: TIMEOUT_MS,
  // Reads are repeated while the backend restarts or throttles; writes never, they might count twice.
  retry: { limit: 2, methods: ['get'], statusCodes: [429, 502, 503, 504], shouldRetry: passesSoon },
  hooks: {
    beforeRequest: [
      async (request) => {
        // The server's sentences are shown as they come; the browser's own language may be another one.
        request.headers.set('Accept-Language', i18next.language);
        const token = await session.accessToken();
        if (token !== null) {
          request.headers.set('Authorization', `Bearer ${token}`);
        }
      },
    ],
    afterResponse: [
      async (request, _options, response) => {
        if (response.status !== 401 || !session.isActive()) {
          return response;
        }
        const refused = request.headers.get('Authorization')?.replace('Bearer ', '') ?? '';
        const token = await session.instead(refused);
        if (token === null) {
          return response;
        }
        const again = new Request(request);
        again.headers.set('Authorization', `Bearer ${token}`);
        return fetch(again);
      },
    ],
  },
});

type Query = Record<string, string | number | boolean>;

async function call<T>(path: string, options: Options): Promise<T> {
  try {
    const response = await client(path, options);
    return response.status === 204 ? (undefined as T) : await response.json<T>();
  } catch (error) {
    throw await toKnownError(error);
  }
}

/** Paths are relative to /api/ and end with a slash, as Django's do. */
export const http = {
  get: <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
    call<T>(path, { method: 'get', searchParams: query, ...(signal && { signal }) }),
  post: <T>(path: string, json: unknown) => call<T>(path, { method: 'post', json }),
  patch: <T>(path: string, json: unknown) => call<T>(path, { method: 'patch', json }),
  delete: (path: string) => call<void>(path, { method: 'delete' }),
};
