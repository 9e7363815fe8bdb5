/** Opens the whole page at an address, as a browser would, with or without a session. */
import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { routes } from '@/app/routes';
import { createQueryClient } from '@/lib/queryClient';
import { session } from '@/lib/session';
import { tokenPair } from './data';

export function openGuest(path: string) {
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const view = render(
    <QueryClientProvider client={createQueryClient()}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...view, router, user: userEvent.setup(), path: () => router.state.location.pathname };
}

export function open(path: string) {
  session.begin(tokenPair());
  return openGuest(path);
}
