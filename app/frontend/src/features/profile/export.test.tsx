/** Everything a person has written, as a file: a worker makes it, the page asks until it is there. */
import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import * as download from '@/lib/download';
import { failure, server } from '@/test/backend';
import { open } from '@/test/render';
import { ExportError, exportEverything } from './api/export';

describe('the export', () => {
  const task_id = '7d4e';

  function answering(...statuses: string[]) {
    server.use(
      http.post('*/api/analytics/export/', () =>
        HttpResponse.json({ task_id, status: 'pending' }, { status: 202 }),
      ),
      http.get(`*/api/analytics/export/${task_id}/`, () => {
        const status = statuses.shift() ?? 'done';
        return HttpResponse.json({ task_id, status, result: status === 'done' ? { contents: [] } : null });
      }),
    );
  }

  it('is downloaded once a worker has made it', async () => {
    const saved = vi.spyOn(download, 'downloadJson').mockImplementation(() => undefined);
    answering('pending', 'done');
    const { user } = open('/profile');
    await user.click(await screen.findByRole('button', { name: 'Download' }));
    await waitFor(() => expect(saved).toHaveBeenCalledWith({ contents: [] }, 'resee.json'));
  });

  it('is asked for once, while a worker makes it', async () => {
    vi.spyOn(download, 'downloadJson').mockImplementation(() => undefined);
    answering('pending', 'done');
    const { user } = open('/profile');
    const button = await screen.findByRole('button', { name: 'Download' });
    await user.click(button);
    expect(button).toBeDisabled();
    expect(button).toHaveAttribute('aria-busy', 'true');
    await waitFor(() => expect(button).toBeEnabled());
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('is given up after a minute of questions', async () => {
    let questions = 0;
    answering(...Array(100).fill('pending'));
    server.events.on('request:start', ({ request }) => {
      questions += request.url.endsWith(`/${task_id}/`) ? 1 : 0;
    });
    const wait = globalThis.setTimeout;
    const quick = (run: () => void, milliseconds?: number) =>
      wait(run, milliseconds === 1000 ? 0 : milliseconds);
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(quick as typeof setTimeout);
    await expect(exportEverything()).rejects.toBeInstanceOf(ExportError);
    expect(questions).toBe(60);
  });

  it('says that the server is away, and is made at the next try', async () => {
    const saved = vi.spyOn(download, 'downloadJson').mockImplementation(() => undefined);
    answering('done');
    server.use(http.post('*/api/analytics/export/', failure(503, {}), { once: true }));
    const { user } = open('/profile');
    await user.click(await screen.findByRole('button', { name: 'Download' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot be reached');
    await user.click(screen.getByRole('button', { name: 'Download' }));
    await waitFor(() => expect(saved).toHaveBeenCalledOnce());
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('says when it failed', async () => {
    answering('failed');
    const { user } = open('/profile');
    await user.click(await screen.findByRole('button', { name: 'Download' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('not made in time');
  });
});
