import { describe, expect, it, vi } from 'vitest';
import { ApiError, ConnectionError } from './errors';
import { showServerErrors } from './forms';

const FIELDS = ['title', 'body'] as const;

function shown(error: unknown) {
  const setError = vi.fn();
  showServerErrors<{ title: string; body: string }>(error, FIELDS, setError, () => 'general words');
  return setError.mock.calls.map(([field, { message }, options]) => [field, message, options?.shouldFocus]);
}

describe('showServerErrors', () => {
  it('puts words beside each field and the focus into the first', () => {
    const error = new ApiError(400, '', { body: ['Too long.'], title: ['Taken.', 'Short.'] });
    expect(shown(error)).toEqual([
      ['title', 'Taken. Short.', true],
      ['body', 'Too long.', false],
    ]);
  });

  it('shows words about an unknown field above the form', () => {
    expect(shown(new ApiError(400, '', { author: ['Not you.'] }))).toEqual([
      ['root.server', 'Not you.', undefined],
    ]);
  });

  it.each([
    new ApiError(400, 'No.', {}),
    new ApiError(400, '', { title: [] }),
    new ConnectionError(),
    new Error('a mistake of ours'),
  ])('shows the general words for %s', (error) => {
    expect(shown(error)).toEqual([['root.server', 'general words', undefined]]);
  });
});
