import { render, renderHook, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { ApiError, ConnectionError } from '@/lib/errors';
import { Button, buttonClass } from './Button';
import { ConfirmDialog } from './ConfirmDialog';
import { Field } from './Field';
import { Loaded } from './Loaded';
import { useErrorText } from './useErrorText';

describe('Button', () => {
  it('takes no second press while it is busy, and says so', async () => {
    const press = vi.fn();
    render(
      <Button busy onClick={press}>
        Save
      </Button>,
    );
    const button = screen.getByRole('button', { name: 'Save' });
    await userEvent.click(button);
    expect(press).not.toHaveBeenCalled();
    expect(button).toHaveAttribute('aria-busy', 'true');
  });

  it('sends no form unless it is told to', () => {
    render(<Button>Press</Button>);
    expect(screen.getByRole('button')).toHaveAttribute('type', 'button');
  });

  it('lends its looks to a link', () => {
    expect(buttonClass('danger', 'w-full')).toMatch(/bg-poor.*w-full/);
  });
});

describe('Field', () => {
  const input = (control: object) => <input {...control} />;

  it('ties label and hint to the control', () => {
    render(
      <Field label="Title" hint="At most 30">
        {input}
      </Field>,
    );
    expect(screen.getByLabelText('Title')).toHaveAccessibleDescription('At most 30');
    expect(screen.getByLabelText('Title')).toBeValid();
  });

  it('shows the error in place of the hint, and says it', () => {
    render(
      <Field label="Title" hint="At most 30" error="Too long">
        {input}
      </Field>,
    );
    expect(screen.getByLabelText('Title')).toHaveAccessibleDescription('Too long');
    expect(screen.getByLabelText('Title')).toBeInvalid();
    expect(screen.getByRole('alert')).toHaveTextContent('Too long');
    expect(screen.queryByText('At most 30')).not.toBeInTheDocument();
  });
});

describe('Loaded', () => {
  const refetch = vi.fn();
  const show = (data: string) => <p>{data}</p>;

  it('says that it is loading', () => {
    render(<Loaded query={{ data: undefined, error: null, isError: false, refetch }}>{show}</Loaded>);
    expect(screen.getByRole('status')).toHaveTextContent('Loading');
  });

  it('offers another try after a failure', async () => {
    const error = new ConnectionError();
    render(<Loaded query={{ data: undefined, error, isError: true, refetch }}>{show}</Loaded>);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(refetch).toHaveBeenCalledOnce();
  });

  it('keeps what it has when only the refresh failed', () => {
    render(<Loaded query={{ data: 'old', error: new Error('x'), isError: true, refetch }}>{show}</Loaded>);
    expect(screen.getByText('old')).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });
});

describe('ConfirmDialog', () => {
  const words = { title: 'Delete it?', text: 'It is gone then.', action: 'Delete' };

  it('is closed by the browser without confirming', () => {
    const close = vi.fn();
    const confirm = vi.fn();
    render(<ConfirmDialog open {...words} busy={false} error={null} onClose={close} onConfirm={confirm} />);
    // What Escape does to a modal dialog.
    screen.getByRole<HTMLDialogElement>('dialog', { name: 'Delete it?' }).close();
    expect(close).toHaveBeenCalledOnce();
    expect(confirm).not.toHaveBeenCalled();
  });

  it('stays open with the reason when it did not work', () => {
    const error = new ApiError(403, 'Not yours.', {});
    render(
      <ConfirmDialog open {...words} busy={false} error={error} onClose={vi.fn()} onConfirm={vi.fn()} />,
    );
    expect(screen.getByRole('alert')).toHaveTextContent('Not yours.');
  });

  it('is not there before it is asked for', () => {
    render(
      <ConfirmDialog
        open={false}
        {...words}
        busy={false}
        error={null}
        onClose={vi.fn()}
        onConfirm={vi.fn()}
      />,
    );
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });
});

describe('useErrorText', () => {
  it.each([
    [new ConnectionError(), /cannot be reached/],
    [new ApiError(429, 'Request was throttled.', {}), /Too many requests/],
    [new ApiError(404, 'Not found.', {}), /^Not found\.$/],
    [new ApiError(404, '', { content_id: ['You have no content with this id.'] }), /^You have no content/],
    [new ApiError(400, 'No.', { title: ['Too long.'] }), /^No\.$/],
    [new ApiError(500, '', {}), /Something went wrong/],
    [new TypeError('x is undefined'), /Something went wrong/],
  ])('%s', (error, words) => {
    expect(renderHook(() => useErrorText()).result.current(error)).toMatch(words);
  });
});
