import { describe, expect, it } from 'vitest';
import { ApiError, ConnectionError, parseBody, toKnownError } from './errors';

describe('parseBody', () => {
  it('keeps the sentences of each field apart from the general one', () => {
    const error = parseBody(400, { title: ['Too long.', 'Not this.'], detail: 'No.', code: 'invalid' });
    expect(error.fields).toEqual({ title: ['Too long.', 'Not this.'] });
    expect(error.message).toBe('No.');
  });

  it.each([null, 'text', 7, []])('takes %j as a body without words', (body) => {
    expect(parseBody(500, body)).toMatchObject({ status: 500, message: '', fields: {} });
  });

  it('keeps the words about fields within a field', () => {
    expect(parseBody(400, { preferences: { daily_time: ['Bad.'] } }).fields).toEqual({
      preferences: ['Bad.'],
    });
  });

  it('drops what is no text', () => {
    expect(parseBody(400, { count: 3, flags: [true, null], deep: {} }).fields).toEqual({
      count: [],
      flags: [],
      deep: [],
    });
  });
});

describe('toKnownError', () => {
  it('takes what the browser throws as a lost connection', async () => {
    expect(await toKnownError(new TypeError('Failed to fetch'))).toBeInstanceOf(ConnectionError);
  });

  it('leaves an ApiError as it is', async () => {
    const error = new ApiError(400, 'No.', {});
    expect(await toKnownError(error)).toBe(error);
  });
});
