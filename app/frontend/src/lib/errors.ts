/**
 * What can go wrong with a call, in two families: the person must change something (ApiError with the
 * fields at fault), or it passes by itself (ConnectionError: offline, restarting, too slow).
 */
import { HTTPError } from 'ky';

export class ApiError extends Error {
  readonly status: number;
  /** Messages by field name, as Django REST framework sends them. */
  readonly fields: Readonly<Record<string, string[]>>;

  constructor(status: number, message: string, fields: Record<string, string[]>) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
  }
}

export class ConnectionError extends Error {
  constructor(message = 'The server cannot be reached.', options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionError';
  }
}

const GENERAL_KEYS = new Set(['detail', 'code', 'non_field_errors', 'messages']);
const PASSING_STATUSES = new Set([502, 503, 504]);

/** Every sentence in a value: a nested object has a list under each of its own fields. */
function texts(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).flatMap(texts);
  }
  return typeof value === 'string' ? [value] : [];
}

/** Splits a body of Django REST framework into the general sentence and those of each field. */
export function parseBody(status: number, body: unknown): ApiError {
  if (typeof body !== 'object' || body === null) {
    return new ApiError(status, '', {});
  }
  const entries = Object.entries(body);
  const fields = Object.fromEntries(
    entries.filter(([key]) => !GENERAL_KEYS.has(key)).map(([key, value]) => [key, texts(value)]),
  );
  const general = entries.filter(([key]) => key === 'detail' || key === 'non_field_errors');
  return new ApiError(status, general.flatMap(([, value]) => texts(value)).join(' '), fields);
}

/** Turns whatever a request threw into one of the two families. */
export async function toKnownError(error: unknown): Promise<Error> {
  if (!(error instanceof HTTPError)) {
    return error instanceof ApiError ? error : new ConnectionError(undefined, { cause: error });
  }
  const { response } = error;
  if (PASSING_STATUSES.has(response.status)) {
    return new ConnectionError(undefined, { cause: error });
  }
  return parseBody(response.status, await response.json().catch(() => null));
}
