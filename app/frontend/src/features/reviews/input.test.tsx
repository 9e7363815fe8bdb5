/** Hands on a card: keys, fingers, and both where they mean something else. */
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { db } from '@/test/backend';
import { content, schedule } from '@/test/data';
import { open } from '@/test/render';

beforeEach(() => {
  db.today = [
    schedule(1, content(11, 'What is ATP?', { body: '**Energy**\n\n```\nadp + p\n```' })),
    schedule(2, content(12, 'Capital of Peru?', { body: 'Lima' })),
  ];
});

async function openTurned() {
  const view = open('/review');
  await view.user.click(await screen.findByRole('button', { name: 'Show the answer' }));
  await screen.findByText('Energy');
  return view;
}

describe('the keyboard alone', () => {
  it('turns and answers every card', async () => {
    const { user } = open('/review');
    await screen.findByRole('heading', { name: 'What is ATP?' });
    await user.keyboard(' ');
    await screen.findByText('Energy');
    expect(screen.getByRole('heading', { name: 'What is ATP?' })).toHaveFocus();
    await user.keyboard('2');
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    await user.keyboard(' {ArrowRight}');
    expect(await screen.findByRole('heading', { name: 'Done for today' })).toBeInTheDocument();
    expect(db.writes.map(({ body }) => body)).toMatchObject([
      { result: 'partial' },
      { result: 'remembered' },
    ]);
  });

  it('reaches the answers by the tabulator, in the order of the eye', async () => {
    const { user } = await openTurned();
    const stops: (string | null)[] = [];
    for (let stop = 0; stop < 5; stop += 1) {
      await user.tab();
      stops.push(document.activeElement?.textContent ?? null);
    }
    expect(stops).toEqual(['adp + p\n', 'Forgot1', 'Partly2', 'Remembered3', '']);
    expect(screen.getByLabelText('Notes (optional)')).toHaveFocus();
  });

  it.each(['{Enter}', ' '])('presses the focused button by "%s", once', async (key) => {
    const { user } = open('/review');
    (await screen.findByRole('button', { name: 'Show the answer' })).focus();
    await user.keyboard(key);
    await screen.findByText('Energy');
    expect(db.writes).toEqual([]);
  });

  it('answers nothing twice when a key is held down', async () => {
    await openTurned();
    for (let times = 0; times < 5; times += 1) {
      fireEvent.keyDown(document.body, { key: '3', repeat: times > 0 });
    }
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    expect(db.writes).toHaveLength(1);
  });

  it('leaves arrows to code that scrolls', async () => {
    await openTurned();
    fireEvent.keyDown(screen.getByText('adp + p'), { key: 'ArrowRight' });
    fireEvent.keyDown(screen.getByText('adp + p'), { key: 'ArrowDown' });
    expect(db.writes).toEqual([]);
  });

  it('turns no card by the space bar on a link or in a field', async () => {
    open('/review');
    await screen.findByRole('button', { name: 'Show the answer' });
    const [link] = screen.getAllByRole('link', { name: 'Contents' });
    fireEvent.keyDown(link as HTMLElement, { key: ' ' });
    expect(screen.getByRole('button', { name: 'Show the answer' })).toBeInTheDocument();
  });

  it('scrolls no page by the key that turns a card, and stops no other key', async () => {
    open('/review');
    await screen.findByRole('button', { name: 'Show the answer' });
    // fireEvent says whether the browser may do what it does by itself.
    expect(fireEvent.keyDown(document.body, { key: 'ArrowDown' })).toBe(true);
    expect(fireEvent.keyDown(document.body, { key: 'PageDown' })).toBe(true);
    expect(fireEvent.keyDown(document.body, { key: ' ' })).toBe(false);
    await screen.findByText('Energy');
    expect(fireEvent.keyDown(document.body, { key: ' ' })).toBe(true);
    expect(fireEvent.keyDown(document.body, { key: 'ArrowDown' })).toBe(false);
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
  });

  it('means nothing on other pages, once the review was left', async () => {
    const { user, router } = await openTurned();
    await router.navigate('/categories');
    await screen.findByRole('heading', { name: 'Categories' });
    await user.keyboard('3');
    expect(db.writes).toEqual([]);
  });
});

describe('fingers', () => {
  const FIRST = { pointerType: 'touch', pointerId: 1, isPrimary: true, clientY: 300 };
  const SECOND = { pointerType: 'touch', pointerId: 2, isPrimary: false, clientY: 300 };
  const card = () => screen.getByRole('article');

  it('two of them, as to enlarge, answer nothing', async () => {
    await openTurned();
    fireEvent.pointerDown(card(), { ...FIRST, clientX: 100 });
    fireEvent.pointerDown(card(), { ...SECOND, clientX: 280 });
    fireEvent.pointerMove(card(), { ...SECOND, clientX: 320 });
    fireEvent.pointerMove(card(), { ...FIRST, clientX: 300 });
    expect(card().style.transform).toBe('');
    fireEvent.pointerUp(card(), { ...SECOND, clientX: 320 });
    fireEvent.pointerUp(card(), { ...FIRST, clientX: 100 });
    expect(db.writes).toEqual([]);
  });

  it('do not answer a card that was not turned', async () => {
    open('/review');
    await screen.findByRole('button', { name: 'Show the answer' });
    fireEvent.pointerDown(card(), { ...FIRST, clientX: 100 });
    fireEvent.pointerMove(card(), { ...FIRST, clientX: 300 });
    fireEvent.pointerUp(card(), { ...FIRST, clientX: 300 });
    expect(db.writes).toEqual([]);
  });

  it('that swipe twice in haste answer once', async () => {
    await openTurned();
    for (let swipes = 0; swipes < 2; swipes += 1) {
      fireEvent.pointerDown(card(), { ...FIRST, clientX: 100 });
      fireEvent.pointerMove(card(), { ...FIRST, clientX: 300 });
      fireEvent.pointerUp(card(), { ...FIRST, clientX: 300 });
    }
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    expect(db.writes.map(({ body }) => body)).toMatchObject([{ content_id: 11, result: 'remembered' }]);
  });

  it.each([
    [109, null],
    [110, 'remembered'],
    [-109, null],
    [-110, 'forgot'],
  ])('that go %i pixels answer %s', async (distance, result) => {
    await openTurned();
    fireEvent.pointerDown(card(), { ...FIRST, clientX: 200 });
    fireEvent.pointerMove(card(), { ...FIRST, clientX: 200 + distance });
    fireEvent.pointerUp(card(), { ...FIRST, clientX: 200 + distance });
    expect(card().style.transform).toBe('');
    if (result === null) {
      expect(screen.getByRole('button', { name: 'Remembered' })).toBeEnabled();
      expect(db.writes).toEqual([]);
    } else {
      await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ content_id: 11, result }));
    }
  });

  it('may think better of it and come back', async () => {
    await openTurned();
    fireEvent.pointerDown(card(), { ...FIRST, clientX: 100 });
    fireEvent.pointerMove(card(), { ...FIRST, clientX: 300 });
    expect(card()).toHaveClass('ring-good');
    fireEvent.pointerMove(card(), { ...FIRST, clientX: 110 });
    expect(card()).not.toHaveClass('ring-good');
    fireEvent.pointerUp(card(), { ...FIRST, clientX: 110 });
    expect(db.writes).toEqual([]);
  });
});

describe('the time that is sent', () => {
  it('is that of this card, and never that of a night', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const { user } = await openTurned();
      vi.setSystemTime(Date.now() + 12_000);
      await user.keyboard('3');
      await screen.findByRole('heading', { name: 'Capital of Peru?' });
      vi.setSystemTime(Date.now() + 9 * 3_600_000);
      await user.keyboard(' 3');
      await waitFor(() => expect(db.writes).toHaveLength(2));
      expect(db.writes.map(({ body }) => (body as { time_spent: number }).time_spent)).toEqual([12, 3600]);
    } finally {
      vi.useRealTimers();
    }
  });
});
